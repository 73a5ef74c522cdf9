//! Signatures on XML documents.

use std::path::Path;

use kyso::algorithm::{DigestAlgorithm, Suite};
use kyso::certificate::Chain;
use kyso::sign_cloud::XmlOptions;
use kyso::xml::{Entities, Packaging, Policy, Reference, Signing};

use crate::arguments;
use crate::arguments::xml::Xml;
use crate::detached;
use crate::failure::{Exit, Failure};

/// What to sign with, and as what.
pub(crate) fn signing(
    options: &arguments::Signing,
    dialect: &XmlOptions,
    chain: &Chain,
    input: &Path,
) -> Result<Signing, Failure> {
    let own = &options.xml;
    let dialect = overridden(options, dialect.clone());
    let digest = dialect.digest.unwrap_or_else(|| Suite::default_for(chain.public_key()).digest());
    let mut signing = dialect.signing(chain).document(input.to_string_lossy());
    if let Some(algorithm) = options.signature_algorithm {
        signing = signing.signature_algorithm(algorithm);
    }
    if let Some(id) = &own.object_id {
        signing = signing.object_id(id);
    }
    if let Some(expression) = &own.xpath {
        signing = signing.xpath(expression);
    }
    if let Some(packaging) = own.packaging {
        signing = signing.packaging(packaging);
    }
    if let Some(content) = &own.detached_content {
        if own.packaging != Some(Packaging::Detached) {
            return Err(Failure::new(
                Exit::Usage,
                "--detached-content goes with --packaging detached; give both",
            ));
        }
        let digest = detached::digest(content, digest)?;
        signing = signing.reference(Reference::external(detached::uri(content)?, digest));
    }
    if let Some(prefix) = &own.ds_prefix {
        signing = signing.ds_prefix(prefix.0.as_deref());
    }
    if let Some(parts) = &own.key_info {
        signing = signing.key_info(parts.0.iter().copied());
    }
    if own.allow_sha1 {
        signing = signing.allow_sha1();
    }
    if own.allow_doctype {
        signing = signing.allow_doctype(Entities::new());
    }
    properties(own, signing)
}

/// The options that the EFY dialect has too; those of the command line win.
fn overridden(options: &arguments::Signing, mut dialect: XmlOptions) -> XmlOptions {
    let own = &options.xml;
    dialect.format = own.format.or(dialect.format);
    dialect.digest = options.digest.or(dialect.digest);
    dialect.c14n = own.c14n.or(dialect.c14n);
    if !own.node.is_empty() {
        dialect.nodes.clone_from(&own.node);
    }
    for (given, target) in [
        (&own.signature_id, &mut dialect.signature_id),
        (&own.id_attribute, &mut dialect.id_attribute),
        (&own.signature_location, &mut dialect.signature_location),
        (&own.signing_time_ns, &mut dialect.signing_time_namespace),
    ] {
        if given.is_some() {
            target.clone_from(given);
        }
    }
    dialect
}

/// What XAdES says beyond the references.
fn properties(own: &Xml, mut signing: Signing) -> Result<Signing, Failure> {
    if let Some((id, digest)) = own.policy.as_ref().zip(own.policy_digest) {
        if digest.algorithm() == DigestAlgorithm::Sha1 && !own.allow_sha1 {
            return Err(Failure::new(
                Exit::Usage,
                "--policy-digest: SHA-1 is broken; give a digest of another algorithm, or --allow-sha1",
            ));
        }
        signing = signing.policy(Policy { id: id.clone(), digest });
    }
    if let Some(mime_type) = &own.mime_type {
        signing = signing.mime_type(mime_type);
    }
    if let Some(place) = &own.production_place {
        signing = signing.production_place(place.clone());
    }
    signing = own.signer_role.iter().fold(signing, Signing::signer_role);
    Ok(own.commitment.iter().fold(signing, Signing::commitment))
}
