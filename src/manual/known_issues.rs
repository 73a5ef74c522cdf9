//! What is there and falls short.
//!
//! What is not there at all is in the README under *Limits*.
//!
//! # Reading
//!
//! - Passwords of AES-256 documents (R5, R6) are taken as UTF-8 as they are: SASLprep (RFC 4013) is not
//!   applied. A password whose characters have several Unicode forms opens the document only in the form that
//!   the writer used.
//! - Of a password for R5 or R6 the first 127 bytes count, as the standard says, even where the cut falls
//!   inside a character. A document made by a writer that did not cut does not open.
//! - A document in which only embedded files are encrypted (`/StmF` and `/StrF` `Identity`, `/EFF` not) still
//!   needs a password or the empty one, although nothing that signing reads is encrypted.
//! - Filters of cross-reference and object streams other than `FlateDecode`, and predictors other than PNG's,
//!   are an error and not a reason to scan.
//! - A scan for objects costs memory per object, and time in proportion to the file.
//! - After a scan the newest definition of an object in file order counts. Where a damaged file was written
//!   out of order (linearised files), another reader may choose another one.
//!
//! # Signing
//!
//! - Seed values (`/SV`) of a field are not looked at: a signature can be made that its field does not want.
//! - A new field on a document certified with P=2 is made, as large validators tolerate it. An existing field
//!   is better.
//! - A new field goes to the first page that is an object of its own, and cannot be put on another.
//! - No structure element is added to a tagged document for a new field, because difference analysis of an
//!   earlier signature would object to that; PDF/UA may want one.
//! - The empty appearance for PDF/A-1 is made where the metadata claims part 1 in ASCII or UTF-8, under the
//!   usual prefix `pdfaid`. Metadata beyond 1 MiB or in UTF-16 is not understood.
//! - `/Extensions` below PDF 2.0 are written for PAdES only, and not where the `ESIC` entry is a list.
//! - A `/Lock` of the signed field is copied into a `FieldMDP` with its `/P`. It is not checked whether the
//!   lock makes sense beside those of earlier signatures.
//! - The signer's certificate is checked for its validity, key usage and CA flag, not for revocation or trust.
//! - `--timestamp-room` reserves room; nothing here fills it.
//! - When a whole-CMS service returns more than was reserved, the document has to be prepared and signed anew.
//! - A crash between rename and the folder's sync can, on some file systems, bring back what was at the path
//!   before: whole, but old. Where folders cannot be opened as files, the folder is not synced.
//! - When the process is killed while saving, the temporary file beside the path (`.kyso-PID-N.part`) stays.
//!
//! # Verifying
//!
//! - No revocation, and no certificate policies: see [`security`](super::security#what-it-does-not).
//! - A timestamp on a signature is checked to be over its value and to verify. Its authority leads to a trust
//!   anchor only among those given for the signers, the purpose `timeStamping` of its certificate is not asked
//!   for, and a timestamp that fails does not make the signature invalid. Only one from a trusted authority
//!   counts as proof of time.
//! - `/DSS` is permitted as a later change and not used.
//! - On a document certified with P=3, the appearance of an annotation that is no widget may change only
//!   together with the annotation: a stream that was replaced in place, under its own number, while the
//!   annotation stayed as it was, is reported as a change that is not permitted.
//! - A visible signature field that was added to a certified document is reported as not permitted, and so
//!   is any change of the catalog's `/Names` or `/Outlines`, whatever it is.
//! - *Unlisted object* goes by a scan of the bytes behind the signed revision. Text that looks like an object
//!   outside a stream, or an object that a writer left behind without listing it, is reported and makes the
//!   signature invalid, although readers that go by the cross-reference never see it.
//! - Changes of a form by XFA data alone are not understood and not permitted.
//! - A document whose comparison costs more than a sixteenth of
//!   [`Limits::inflated_total`](crate::Limits::inflated_total), counted in values, is an error and not a verdict.
//! - Signatures that are not in the form, such as `/UR3` alone, are not looked at.
//!
//! # Speed
//!
//! - The pure-Rust check of an RSA value takes several times as long as openssl's; the feature `aws-lc` is for
//!   those whom that matters to.
//! - Cross-reference streams beyond 12 MiB inflated are inflated again for look-ups that are far apart, and
//!   every time counts towards the bound on inflating.
