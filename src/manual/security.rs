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
//! A state holds no document, no password and no key. It does hold the document's length, digest and id, the
//! certificates, the texts of the signature dictionary and the objects of the document that the revision
//! writes again (catalog, form, page, field): keep it as confidential as the document.
//!
//! Its hash catches accidents. Somebody who can write to the storage can write a whole new state with a hash
//! that fits; [`State::seal`](crate::State::seal) and [`State::open`](crate::State::open) put an HMAC-SHA-256 on
//! it under a key of at least 16 bytes that only the caller has. A sealed state can still be replaced by an
//! older one, or by the sealed state of another document: compare
//! [`State::document`](crate::State::document) with what was asked for.
//!
//! Resuming recomputes everything that can be recomputed; the list is in
//! [`design`](super::design#how-the-state-protects). What cannot be known from document and state is whether
//! this is what the caller once prepared: an unsealed state that somebody made anew for the same document
//! resumes, with another revision or another chain in it. The value of the first request does not verify under
//! it; so a request is sent when it is prepared, and not made again from an unsealed state.
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
//! compared between revisions. Loops are cut. There is no `unsafe` code in the crate, and parsing code neither
//! indexes nor unwraps. Fuzzing looks for what that leaves.
//!
//! The document must not change while it is being worked on. One that does between hashing and saving makes
//! a signature that does not verify; nothing worse.
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
//! Fresh entropy for every document matters: initialisation vectors of encrypted documents and file
//! identifiers are derived from it.
//!
//! # What verification detects
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
//!   on the signature, else at the time that the signature claims.
//!
//! Not fatal, but reported: SHA-1, a timestamp that is not for this signature, a claimed time outside the
//! certificate's validity.
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
