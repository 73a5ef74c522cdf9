//! What it protects against, and what it does not.
//!
//! # Who is trusted with what
//!
//! | who | trusted to | not trusted to |
//! |---|---|---|
//! | the caller | choose document, chain, time, fresh entropy and limits | |
//! | the document | nothing: it may be hostile | |
//! | the signer | sign, or not | return the right thing |
//! | the storage of states | keep what it was given, or be sealed against | |
//! | the chain's leaf | be the certificate that the caller means | be trusted by anyone: paths are `verify`'s |
//!
//! # The state's storage
//!
//! A state holds no document, no password and no key. It does hold the document's length, digest and id, and
//! the certificates; of a PDF the texts of the signature dictionary and the objects of the document that the
//! revision writes again (catalog, form, page, field); of an XML document the Signature element, with ids and
//! digests of what is signed, and the namespaces and `xml:` attributes around it. Keep it as confidential as
//! the document.
//!
//! Its hash catches accidents. Somebody who can write to the storage can write a whole new state with a hash
//! that fits; [`State::seal`](crate::State::seal) and [`State::open`](crate::State::open) put an HMAC-SHA-256 on
//! it under a key of at least 16 bytes that only the caller has. A sealed state can still be replaced by an
//! older one, or by the sealed state of another document: compare
//! [`State::document`](crate::State::document) with what was asked for.
//!
//! In XML no digest covers where the signature stands, and what KeyInfo and unsigned Objects hold beside the
//! leaf. Somebody who can write an unsealed state can move the signature to another element that has the same
//! in scope, or add an unsigned Object to it; the value still verifies. What is signed cannot be changed so. Seal states that others can reach, or verify what comes out and act on
//! the signed paths only.
//!
//! Resuming recomputes everything that can be recomputed; the list is in
//! [`design`](super::design#how-the-state-protects). What cannot be known from document and state is whether
//! this is what the caller once prepared: an unsealed state that somebody made anew for the same document
//! resumes, with another revision or another chain in it. The value of the first request does not verify under
//! it; so a request is sent when it is prepared, and not made again from an unsealed state. A sealed state is
//! the one that was written.
//!
//! # The signer's values
//!
//! A [`SignatureValue`](crate::SignatureValue) is unverified until `accept` has checked it under the leaf saved
//! at prepare time, over what was saved. A CMS from a service is checked to have one SignerInfo by the leaf,
//! no content of its own, the document's digest, for PAdES the signing-certificate attribute, and a signature
//! that verifies; then it is stored unmodified, whatever else is in it. A refused value leaves the state as
//! good as it was.
//!
//! A signer who has the request only sees a digest, and cannot know what is signed. Showing that to a person
//! is the caller's part.
//!
//! # Hostile documents
//!
//! Every parser is bounded by [`Limits`](crate::Limits): nesting, bytes of an object, bytes inflated from one
//! stream and from all, sections, objects, page nodes, fields, certificates, signatures, and the values
//! compared between revisions. In XML it is the depth of elements, the bytes of a tag, what entities expand to,
//! nodes and bytes of a tree, steps of XPath, references and transforms; and `verify` stops at work out of
//! proportion to the document, whatever the signatures ask for. Loops are cut. There is no `unsafe` code in the
//! crate, and parsing code neither indexes nor unwraps. Fuzzing looks for what that leaves.
//!
//! The document must not change while it is being worked on. One that does between hashing and saving makes
//! a signature that does not verify; nothing worse.
//!
//! A DOCTYPE is refused unless the caller allows it. Then its internal subset counts: entities are put in, with
//! a bound on what they expand to, and default attributes. Nothing external is ever fetched; the text of an
//! external entity comes from the caller or the document is refused.
//!
//! SHA-1 is never made unless asked for by name ([`xml::Signing::allow_sha1`](crate::xml::Signing::allow_sha1)).
//!
//! A prepared document is signed as it is. That a page shows what the signer believes it shows is not
//! checked: hidden layers, overlays and scripts are content like any other. Only a dynamic XFA form is refused.
//!
//! # Secrets
//!
//! Passwords, entropy and the key of an encrypted document are wiped from memory when they are dropped and
//! never shown by `Debug`. [`verify::Options`](crate::verify::Options) takes its password as plain bytes of the
//! caller's. The command line takes passwords and passphrases from environment variables, never as arguments,
//! and writes states so that only their owner reads them.
//!
//! The core holds no private key. The local signer (feature `signer`) does, for tests, demonstrations and the
//! command line: the `rsa` crate, which it signs with, is not free of timing differences
//! (RUSTSEC-2023-0071), so it does not belong where others can measure it.
//!
//! What talks to services (feature `client`) reads secrets where the configuration says they are and when they are
//! asked for, sends them over verified TLS to the host that the configuration names, and follows no redirect. Stored
//! transactions, jobs and credentials hold none. A password and the seed of one-time codes in one place are one factor:
//! that is refused without `automatic-otp`, and warned of with it. Plain HTTP is spoken with this machine only.
//! A webhook proves nothing: its transaction id makes the service be asked, and the answer is what counts.
//!
//! Fresh entropy for every document matters: initialisation vectors of encrypted documents and file
//! identifiers are derived from it.
//!
//! # What verification of PDF detects
//!
//! [`verify::pdf`](crate::verify::pdf) reads a document by itself. Each of these is a
//! [`FindingKind`](crate::verify::FindingKind) or a failed [`Check`](crate::verify::Check):
//!
//! - *Universal forgery*: `/ByteRange` or `/Contents` missing, malformed, out of range, empty or indirect.
//! - *Incremental saving*: a later revision that changes what it may not. Both revisions are read, and every
//!   object that differs must be explained in every role it has; what is allowed follows from `DocMDP`,
//!   `FieldMDP` and locks, and is form filling and signing where nothing says otherwise.
//! - *Wrapping*: a gap that is more than the hexadecimal string of this signature's `/Contents`, data behind
//!   the signature inside it, or a dictionary that does not stand around its gap.
//! - *Shadow attacks*: hidden objects that come to light, objects that have a second role in which they may
//!   not change, references that led nowhere and lead somewhere now.
//! - A ByteRange that does not end where a revision ends; a cross-reference that does not build on the signed
//!   revision or was damaged after signing; object numbers given to something else; objects that no section
//!   mentions; a value exchanged, or shared by two fields.
//! - A digest, signature or certificate that does not match; a signer's certificate that is not in the CMS.
//! - With trust anchors: no path to one. The path must be valid at
//!   [`Options::time`](crate::verify::Options::time) where that is set, else at the time of a trusted timestamp
//!   on the signature, else at the time that the signature claims. One that claims none is judged as of
//!   [`Options::default_time`](crate::verify::Options::default_time), which is today for the command line.
//!
//! Not fatal, but reported: SHA-1, a timestamp that is not for this signature, a claimed time outside the
//! certificate's validity.
//!
//! # What verification of XML decides
//!
//! [`verify::xml`](crate::verify::xml()) judges every `ds:Signature` in the document. One is valid when its
//! value verifies over SignedInfo under a certificate in its KeyInfo, nothing else in KeyInfo or XAdES names
//! another certificate, every reference was checked and matches, something outside the signature's own
//! properties is signed, the path to a trust anchor holds where anchors were given, and none of these was found:
//!
//! - *Wrapping*: what is signed stands inside the signature while something of its name stands outside, or
//!   stands inside an Object of another signature; or the signature stands in an element that is called like
//!   what it signs and is not it.
//! - *Ids*: a reference to an id that two elements have, in any of `Id`, `id`, `ID`, `xml:id` and the
//!   attributes that the caller names; a reference to nothing.
//! - *Look-alikes*: elements called as those of XML Signature in a namespace that only resembles theirs. The
//!   document is not valid then.
//! - *Transforms*: any that is not known, a part that is not digested at all, work beyond bounds.
//! - *XAdES*: SignedProperties that are not signed, are several, or are those of another signature; a
//!   SigningCertificate that is another one; a counter-signature of something else.
//! - SHA-1, unless [`Options::allow_sha1`](crate::verify::Options::allow_sha1) says otherwise.
//!
//! Reported and not fatal: an element of the same name as a signed one that is not signed; a signature inside
//! an Object of another; a comment that splits signed text; a SigningTime that is not signed, which is then not
//! the claimed time; parts of KeyInfo that cannot be read; a claimed time outside the certificate's validity.
//!
//! # What remains the caller's duty with XML
//!
//! - *Act on signed paths only.* A valid signature says that what it signs is unchanged. The document may hold
//!   more, and where things must stand only the application knows. Ask
//!   [`XmlReport::covers`](crate::verify::XmlReport::covers) with the path of the very element that is used, or
//!   take [`XmlReport::signed_paths`](crate::verify::XmlReport::signed_paths); never look for an element by its
//!   name or id again. An unsigned element of the same name is reported, and it is not fatal because messages
//!   with several invoices, one of them signed, are common. Where a document holds one thing only, have it
//!   refused with [`Options::reject_unsigned_twins`](crate::verify::Options::reject_unsigned_twins).
//! - *Parts left out.* The paths in [`ReferenceReport::omitted`](crate::verify::ReferenceReport::omitted) are
//!   inside of what is signed and are not signed; `covers` takes them into account.
//! - *Text with comments.* References to `#id` do not digest comments. Take the whole text of an element as it
//!   was signed, not its first piece up to a comment.
//! - *Who signed.* Give trust anchors, and compare the signer with who should have signed what stands there.
//! - *DOCTYPE.* Read the document afterwards with the same entities and defaults as `verify` did, or not at all.
//!
//! The verifier reads by itself: another XML reader and another canonicalisation than the pipeline's; what it
//! shares is in [`design`](super::design#two-readers-of-xml).
//!
//! # What it does not
//!
//! - Revocation: neither CRLs nor OCSP are read, in the document or elsewhere.
//! - The time: without a trusted timestamp the claimed one counts, and the signer chose it.
//! - Certificate policies and extended key usage: any will do. Name constraints are not understood; a path
//!   with a critical extension that is not understood is refused.
//! - Identity: which certificate should have signed is for the caller to compare.
//! - What was there when it was signed: shadow content is found when it comes to light, not before.
//! - How a particular viewer will show a document. Viewers repair files in different ways; the findings about
//!   cross-references say where that may matter.
