//! Options of `sign` and `prepare` for XML documents.

use std::path::PathBuf;

use clap::Args;
use clap::builder::TypedValueParser;
use kyso::algorithm::Digest;
use kyso::xml::{C14nMethod, Format, Packaging, ProductionPlace};

use super::value::{
    KeyInfoList, Prefix, c14n_method, commitment, key_info, policy_digest, prefix, production_place, words,
};

#[derive(Args, Default)]
#[command(next_help_heading = "XML options")]
pub(crate) struct Xml {
    /// What kind of signature. Default: dsig.
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub(crate) format: Option<Format>,
    /// Ids of the elements to sign, with commas between them. Without any, dsig and xades sign the whole
    /// document, tt78 the node of the first signer.
    #[arg(long, value_name = "ID[,ID…]", value_delimiter = ',')]
    pub(crate) node: Vec<String>,
    /// The attribute that gives ids, as it is written. Default: Id.
    #[arg(long, value_name = "NAME")]
    pub(crate) id_attribute: Option<String>,
    /// Where the signature goes: element names as the document has them, such as DSCKS/NBan or
    /// TDiep/DLieu/HDon[2]/DSCKS/NBan. Default: the root element.
    #[arg(long, value_name = "PATH")]
    pub(crate) signature_location: Option<String>,
    /// The Id of the Signature.
    #[arg(long, value_name = "ID")]
    pub(crate) signature_id: Option<String>,
    /// The Id of the Object that tt78 signs, or that an enveloping signature holds.
    #[arg(long, value_name = "ID")]
    pub(crate) object_id: Option<String>,
    /// The canonicalisation: c14n10, c14n11 or exc, each also with -comments. Default: c14n10.
    #[arg(long, value_name = "METHOD", value_parser = c14n_method())]
    pub(crate) c14n: Option<C14nMethod>,
    /// The expression of dsig-xpath. Default: not(ancestor-or-self::ds:Signature).
    #[arg(long, value_name = "EXPR")]
    pub(crate) xpath: Option<String>,
    /// How signature and document go together. Default: enveloped.
    #[arg(long, value_name = "HOW", value_parser = packaging())]
    pub(crate) packaging: Option<Packaging>,
    /// A file that a detached signature signs, by its name.
    #[arg(long, value_name = "FILE")]
    pub(crate) detached_content: Option<PathBuf>,
    /// The namespace of the SigningTime of tt78. Default: that of the signature.
    #[arg(long, value_name = "URI")]
    pub(crate) signing_time_ns: Option<String>,
    /// The signature policy, for xades-epes; xades takes one too.
    #[arg(long, value_name = "OID|URI", requires = "policy_digest")]
    pub(crate) policy: Option<String>,
    /// The digest of the policy document: sha256:BASE64.
    #[arg(long, value_name = "ALG:BASE64", requires = "policy", value_parser = policy_digest)]
    pub(crate) policy_digest: Option<Digest>,
    /// The MIME type of what is signed, for xades. Default: text/xml; application/octet-stream for
    /// --detached-content.
    #[arg(long, value_name = "TYPE")]
    pub(crate) mime_type: Option<String>,
    /// A role that the signer claims, for xades; may be repeated.
    #[arg(long, value_name = "TEXT")]
    pub(crate) signer_role: Vec<String>,
    /// Where the signature is made, for xades: any of city, street, state, postal-code and country, as
    /// in "city=Hà Nội,country=VN".
    #[arg(long, value_name = "KEY=TEXT,…", value_parser = production_place)]
    pub(crate) production_place: Option<ProductionPlace>,
    /// What the signer commits to, for xades: proof-of-origin, proof-of-receipt, proof-of-delivery,
    /// proof-of-sender, proof-of-approval, proof-of-creation, an OID or a URI; may be repeated.
    #[arg(long, value_name = "WHAT", value_parser = commitment)]
    pub(crate) commitment: Vec<String>,
    /// The prefix of the signature's elements, or none. Default: ds, for tt78 none.
    #[arg(long, value_name = "PREFIX|none", value_parser = prefix)]
    pub(crate) ds_prefix: Option<Prefix>,
    /// What KeyInfo holds: any of certificate, chain, subject-name, issuer-serial and key-value, with
    /// commas between them, or none. Default: chain, for tt78 subject-name,certificate.
    #[arg(long, value_name = "LIST", value_parser = key_info)]
    pub(crate) key_info: Option<KeyInfoList>,
    /// Takes sha1 for --digest. It is broken: only for receivers that take nothing else.
    #[arg(long)]
    pub(crate) allow_sha1: bool,
    /// Takes documents with a DOCTYPE. Its internal subset is read; nothing external ever is.
    #[arg(long)]
    pub(crate) allow_doctype: bool,
}

impl Xml {
    /// The first of these options that was given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let options = [
            ("--format", self.format.is_some()),
            ("--node", !self.node.is_empty()),
            ("--id-attribute", self.id_attribute.is_some()),
            ("--signature-location", self.signature_location.is_some()),
            ("--signature-id", self.signature_id.is_some()),
            ("--object-id", self.object_id.is_some()),
            ("--c14n", self.c14n.is_some()),
            ("--xpath", self.xpath.is_some()),
            ("--packaging", self.packaging.is_some()),
            ("--detached-content", self.detached_content.is_some()),
            ("--signing-time-ns", self.signing_time_ns.is_some()),
            ("--policy", self.policy.is_some()),
            ("--policy-digest", self.policy_digest.is_some()),
            ("--mime-type", self.mime_type.is_some()),
            ("--signer-role", !self.signer_role.is_empty()),
            ("--production-place", self.production_place.is_some()),
            ("--commitment", !self.commitment.is_empty()),
            ("--ds-prefix", self.ds_prefix.is_some()),
            ("--key-info", self.key_info.is_some()),
            ("--allow-sha1", self.allow_sha1),
            ("--allow-doctype", self.allow_doctype),
        ];
        options.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

fn format() -> impl TypedValueParser<Value = Format> {
    words(
        &["tt78", "dsig", "dsig-single-node", "dsig-multiple-nodes", "dsig-xpath", "xades-epes", "xades"],
        Format::from_name,
    )
}

fn packaging() -> impl TypedValueParser<Value = Packaging> {
    words(&["enveloped", "enveloping", "detached"], Packaging::from_name)
}
