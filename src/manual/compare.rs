//! What other programs do on the same files.
//!
//! # PDF
//!
//! 120 PDF files, sound, damaged and hostile, of which some must be refused, were given to other signers. The
//! numbers for these programs were measured; the figures of this crate are in the README under *Speed*, each
//! with the command that repeats it.
//!
//! ## What comes out
//!
//! | | signs what can be signed | refuses what must be refused | original is a prefix | new warnings of `qpdf --check` | earlier signatures broken |
//! |---|---|---|---:|---:|---:|
//! | pyHanko 0.38, not strict | all but 12 | P=1 yes, encryption's `/P` no | 100 % | 0 | 0 |
//! | PDFBox 2.0.27 | all but 1 | signs P=1 | 100 % | 15 | 3 |
//! | pdfsig 22.12 (poppler) | all but 3 | signs P=1 | 110 of 112 | 0 | not measured |
//! | underskrift 0.1.4 (Rust) | all but 25 | signs P=1 | 100 % | 66 | not measured |
//! | signpdf, plain | 62 files signed | not measured | 61 of 62 | 50 | not measured |
//! | signpdf with pdf-lib | 91 files signed | not measured | 0 | 2 | not measured |
//! | this crate, on the 59 files at hand | all 49, and 4 with the override | all 10 | 100 % | 0 | 0 |
//!
//! None of the other programs has all columns clean. `tests/conformance.rs` checks these columns, with openssl,
//! pdfsig, qpdf and pyHanko as judges, for the files of `testdata/pdf` and for the corpus where it is at hand.
//!
//! ## How long it takes
//!
//! On two cores; signing with the private key is left out unless the table says otherwise.
//!
//! | | 137 KB | 3 MB | 1 GB |
//! |---|---:|---:|---:|
//! | pyHanko, external signer | 15.3 ms | 17.6 ms | 3.2 s, 60 MB |
//! | PDFBox, warm, RSA included | 5.3 ms | 11.6 ms | 3.5 s |
//! | underskrift | 1.4 ms | 7.6 ms | 12.4 s, 4.2 GB |
//! | SHA-256 of the bytes alone | 0.08 ms | 1.8 ms | 0.6 s |
//!
//! A file of 20 MB with 200,000 objects takes pyHanko 1.95 s and 170 MB, PDFBox 4.2 s and 1.2 GB as a whole
//! process; `lopdf` 0.47 needs 0.7 to 2 s and 683 MB to read it. Its SHA-256 takes 12 ms.
//!
//! ## Where the difference comes from
//!
//! - *Reading.* Most of the others build a model of the whole document. Signing needs a handful of its objects.
//! - *Repair.* A library that repairs while reading writes offsets, `/Size` and `/Prev` of its model, not of
//!   the file: the incremental writer of `lopdf` 0.47 damages files with junk before `%PDF` and files whose
//!   cross-reference was rebuilt. Here the structure is kept as found, and a section after a scan is complete.
//! - *Rules.* Most signers leave it to the caller to know what a certification or a lock permits. pyHanko honours
//!   a certification, and leaves the locks of all earlier signatures open.
//! - *Two phases.* Where phase two makes the document again, both runs must agree on every byte. Here phase two
//!   writes what phase one fixed.
//!
//! ## What the others have and this crate does not
//!
//! pyHanko and PDFBox add timestamps and validation data, and do much besides
//! signing; pyHanko also checks revocation and works with public-key security handlers.
//!
//! # XML
//!
//! One enveloped signature, RSA-2048 with SHA-256, Canonical XML 1.0. Measured on two cores, the private key
//! included; the figures of this crate are in the README under *Speed*.
//!
//! | | 3.2 KB | 20 MB | peak memory at 20 MB |
//! |---|---:|---:|---:|
//! | xmlsec1 1.2.37, whole process | 50 to 90 ms | 1.2 to 1.5 s | 286 MB |
//! | signxml 5.2, in process | 58 ms | 2.2 s | 771 MB |
//! | JDK 17 (`javax.xml.crypto`, DOM), warm | 1.6 to 2.3 ms | 1.4 to 2.5 s | 382 MB |
//! | Santuario 2.1.7 (StAX), warm | 2.3 to 5.8 ms | 0.9 to 2.3 s | 273 MB |
//! | libxml2, parsing and canonicalising only | – | 0.44 s of processor time | 281 MB |
//!
//! EU DSS was not measured. It is the widest of them: XAdES up to B-LTA, validation by policy, trust lists. It
//! has two phases, of which the second makes the signature again from the document and the same parameters.
//!
//! ## Where the difference comes from
//!
//! - *A tree, or none.* None of the others measured works in memory that does not grow with the document. Here
//!   the document is hashed as it goes by, and the signature is put in between its bytes.
//! - *Writing out again.* What a serialiser changes (CRLF, entities, quotes, a byte order mark) changes bytes
//!   that others rely on, and sometimes what is signed. Here no byte of the original is written by anything
//!   but copying.
//! - *Ids.* Which attributes are ids, xmlsec1 and the JDK must be told for every element. Here four names are
//!   known and one more is the caller's, and a reference to an id that stands twice in any of them is refused,
//!   in signing and in verifying.
//! - *Earlier signatures.* xmlsec1, signxml and the JDK do not look at them before they sign. Here a place that
//!   would break one is refused, with the name of the one that would break.
//! - *Two phases.* xmlsec1, signxml and the JDK want the private key at hand, or an engine that stands for it,
//!   while they sign. Here what waits for the signer is a few kilobytes of state, without the document.
//!
//! ## What the others have and this crate does not
//!
//! xmlsec1, Santuario and the JDK know HMAC, DSA and XSLT, and the first two encrypt. EU DSS makes timestamps
//! and validation data, counter-signatures, and checks revocation.
//!
//! ## Where others deviate
//!
//! Met while signatures of this crate were shown to them, and the reason why a judge says no where
//! others say yes:
//!
//! - libxml2, and with it xmlsec1 and lxml, leaves `&` in namespace names as it is where the canonical form has
//!   `&amp;`. The JDK does as the standard says.
//! - The JDK repeats an element's `xml:` attributes on its siblings when it canonicalises a node-set that an
//!   XPath transform gave.
//! - The JDK takes the outermost of an inherited `xml:` attribute where two elements above the signed node have
//!   it; Canonical XML 1.0, 2.4 asks for the nearest, as xmlsec1 and this crate take it. Exclusive
//!   canonicalisation does not inherit, so both sides agree there.
//! - xmlsec1 1.2 knows neither RSA-PSS nor EdDSA, and does not replace entities by itself: what is signed in a
//!   document whose DOCTYPE declares some is something else to it.
//! - signxml takes signatures with the prefix `ds` only, and none below ancestors that declare namespaces.
//! - lxml's canonicalisation of a subtree takes no `xml:` attributes over from above it.
//!
//! # Repeating it
//!
//! `benches/compare/compare_xml.py` runs xmlsec1, the JDK, signxml, lxml and this crate on one document of 3 KB
//! and one of 20 MB, where they are installed. `benches/compare/compare.py` runs underskrift, pyHanko and openssl
//! on the work of `pipeline/pdf/3KB`. With `--record` either writes a dated table under `benches/record/`.
