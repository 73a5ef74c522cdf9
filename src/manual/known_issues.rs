//! What is there and falls short.
//!
//! What is not there at all is in the README under *Limits*.
//!
//! # Reading PDF
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
//! # Signing PDF
//!
//! - A new invisible field on a document certified with P=2 is made, as large validators tolerate it; a visible
//!   one is refused. An existing field is better for both.
//! - A new invisible field goes to the first page that is an object of its own.
//! - A structure element for a new field is added to a tagged document only while nobody has signed it:
//!   afterwards difference analysis of the earlier signature would object. There is a warning.
//! - Required timestamps of seed values are refused unless there is room for one
//!   ([`Signing::timestamp_room`](crate::pdf::Signing::timestamp_room)); making it is then the caller's.
//! - Signature policies among the constraints of PDF 2.0 on certificates are not read.
//! - An existing field that is signed without [`Signing::visible`](crate::pdf::Signing::visible) gets no
//!   appearance, even where it has a rectangle.
//!
//! # Visible signatures
//!
//! - Exif orientation of JPEG images is not applied. Embedded colour profiles count for CMYK in PDF/A only.
//! - Fonts with CFF2 outlines are refused; of a variable font the default instance is used.
//! - Text that runs from right to left is reordered, and read by software from `/ActualText`; some readers
//!   guess another order of mixed lines.
//! - A page of another PDF is taken as it is, and refused in a PDF/A document, even if it conforms too.
//! - An image with transparency needs PDF 1.4. The version of an older document is not raised.
//! - Text is searched in what a page shows, not in images of text, and not in annotations. Predefined CJK
//!   character maps without ToUnicode are not known.
//! - Layers (optional content) are not looked at: hidden text is found, and what is hidden in a page of another
//!   PDF can be seen in the appearance.
//! - The rasteriser of previews has no bound on time: a document made for that keeps it busy. Draw documents of
//!   strangers in a process of their own that can be ended.
//! - `kyso prepare --counter` does not ask whether the document has its first signature.
//! - A preview is drawn by a rasteriser of its own: what it shows of the rest of the page may differ from a
//!   viewer.
//!
//! # Signing PDF: the revision
//!
//! - The empty appearance for PDF/A-1 is made where the metadata claims part 1 in ASCII or UTF-8, under the
//!   usual prefix `pdfaid`. Metadata beyond 1 MiB or in UTF-16 is not understood.
//! - `/Extensions` below PDF 2.0 are written for PAdES only, and not where the `ESIC` entry is a list.
//! - A `/Lock` of the signed field is copied into a `FieldMDP` with its `/P`. It is not checked whether the
//!   lock makes sense beside those of earlier signatures.
//! - `--timestamp-room` reserves room; nothing here fills it.
//! - When a whole-CMS service returns more than was reserved, the document has to be prepared and signed anew.
//!
//! # Signing either
//!
//! - The signer's certificate is checked for its validity, key usage and CA flag, not for revocation or trust.
//! - A crash between rename and the folder's sync can, on some file systems, bring back what was at the path
//!   before: whole, but old. Where folders cannot be opened as files, the folder is not synced.
//! - When the process is killed while saving, the temporary file beside the path (`.kyso-PID-N.part`) stays.
//!
//! # Remote signers
//!
//! - No live service was contacted. What the documents leave open is decided as [`remote`](super::remote) says, and the
//!   sandbox plays these decisions, so it does not prove them.
//! - EFY, RSSP v1 and CSC v1 cannot be asked what became of a signature whose answer was lost. The outcome is then not
//!   known, and having it signed again may cost a second signature; `kyso remote resume --again` says so.
//! - EFY gives the signer's certificate without its issuers: what is signed with it brings the leaf only, and whoever
//!   verifies it needs the issuer's certificate besides (`kyso verify --cert`).
//! - EFY's `signing/file`, where the service signs the file itself, is for the library
//!   (`remote::efy::FileSigning`, `client::FileCheck`); the program signs hashes.
//! - RSSP in its first version has no RSASSA-PSS here, and its phone confirmation is asked for by repeating the same
//!   `authorize`. The bodies of `extendTransaction`, `signHash` and `owner/*` are missing from the document.
//! - RSSP: the SAD of a process that was killed is not revoked, for no state holds it; it ends when its time is over.
//! - CSC: no discovery of the authorization server (set `oauth2_url`), no pushed or rich authorization requests, no HTTP
//!   Digest. An OAuth transaction that is resumed in another process begins its authorization anew.
//! - RSSP shows a verification code for one document. For several the published clients disagree on how it is made, so
//!   none is shown.
//! - The webhook reads the form of VNPT only. Viettel MySign is not spoken with.
//! - A job of `kyso remote` is one file that is written before each request: thousands of transactions of one document
//!   each make that slow.
//! - The key rings of macOS and Windows have not been compiled here.
//!
//! # Verifying PDF
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
//! # Reading XML
//!
//! - A namespace name that is a relative URI (`xmlns="DSDLieu"`, seen in real messages 400) is refused, because
//!   it has no canonical form. Software that signs such documents all the same makes signatures that conforming
//!   software does not verify.
//! - Documents with a DOCTYPE, or in another encoding than UTF-8, are held in memory with their plain text.
//!   [`would_survive_wrapping`](crate::xml::would_survive_wrapping) does not read them.
//! - An external subset is never read, so default attributes and entities that it declares are unknown. An
//!   attribute that a DOCTYPE declares as an ID is no id by that: ids go by the attribute's name.
//! - XML 1.1 is read by the rules of 1.0.
//!
//! # Signing XML
//!
//! - XAdES ends at level B-B: no timestamps, no validation data, no unsigned properties, no counter-signatures.
//!   SigningCertificateV2 names the leaf only, and a commitment is to everything that is signed.
//! - What TT78 signs where is known from real messages, not from the decisions' texts. There is no evidence
//!   for 204 and 205, and none for the node that 206 signs (its place, `CKSNNT`, is known): node and place are
//!   for the caller to name.
//! - A TT78 signature whose node is named and whose location is not goes to the end of the root element.
//! - The command line has the transforms of the formats only. References with transforms of their own, several
//!   digests, and what the tax authority signs, which has no transforms, are the library's.
//! - Base64 and canonicalisation come last among transforms: what follows them would have to be read as XML
//!   again, and is refused. An enveloping signature takes canonicalisation as its only transform, and without a
//!   prefix it takes only documents whose root has a default namespace.
//! - At a place where the signature could go, at most 256 namespaces, `xml:` attributes and ids of the elements
//!   around it may be in scope, of 16 KiB in all; a document with more is over a limit that is not among
//!   [`Limits`](crate::Limits).
//! - References with XPath transforms need the whole document as a tree in memory.
//! - That an earlier signature leaves other signatures out is seen in three forms: the XPath
//!   `not(ancestor-or-self::ds:Signature)`, and the XPath Filter 2.0 subtracting `//ds:Signature` or
//!   `/descendant::ds:Signature`, under whatever prefix. With any other expression it is taken to break.
//! - Earlier signatures whose ids stand in an attribute that is none of `Id`, `id`, `ID`, `xml:id` and the
//!   caller's are not seen to cover anything.
//! - `--key-info` without a certificate makes signatures that receivers must find the certificate for; `verify`
//!   here does not accept them.
//!
//! # Verifying XML
//!
//! - The document is read into a tree, in memory, which takes several times its size; one larger than
//!   [`Limits::xml_memory_bytes`](crate::Limits::xml_memory_bytes) is refused. Only signing streams.
//! - A certificate must be in KeyInfo. References to keys elsewhere (`RetrievalMethod`, `KeyInfoReference`) are
//!   not followed, and a signature that verifies under a bare key is not valid.
//! - TT78 signatures hold the leaf and no more, as real ones do: with a root alone as trust anchor they are not
//!   trusted. Give the issuers with `--cert`
//!   ([`Options::certificates`](crate::verify::Options::certificates)), or sign with
//!   `--key-info subject-name,chain`.
//! - A document of some megabytes that was made to be expensive (many signatures of the same large node) takes
//!   `verify` several seconds before it is refused or judged: the work is bounded at 64 times the document.
//! - Timestamps and everything else among the unsigned properties of XAdES are not looked at. A counter-signature
//!   is verified as a signature of its own, and must sign the value of the one that it stands in. A signature
//!   policy is reported and not applied.
//! - XSLT, HMAC, DSA, and XPointers other than `#xpointer(/)` and `#xpointer(id('…'))` are not supported; a
//!   signature with them is not valid.
//! - What is canonicalised and looked at in one document is bounded by 64 times its size and 64 MiB more, and
//!   by [`Limits::xml_memory_bytes`](crate::Limits::xml_memory_bytes). A signature that needs more, by many
//!   references to large nodes, is not valid.
//! - Paths beyond 4,096 bytes are cut, and of one reference at most 100 paths are listed. Of what is not listed
//!   [`covers`](crate::verify::XmlReport::covers) says no.
//!
//! # Other programs on XML
//!
//! Some refuse what is right; [`compare`](super::compare#where-others-deviate) has the list.
//!
//! # Speed
//!
//! - The pure-Rust check of an RSA value takes several times as long as openssl's; the feature `aws-lc` is for
//!   those whom that matters to.
//! - Cross-reference streams beyond 12 MiB inflated are inflated again for look-ups that are far apart, and
//!   every time counts towards the bound on inflating.
