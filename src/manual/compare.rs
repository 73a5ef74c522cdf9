//! What other programs do on the same files.
//!
//! 120 PDF files, sound, damaged and hostile, of which some must be refused, were given to other signers. The
//! numbers for these programs were measured; the figures of this crate are in the README under *Speed*, each
//! with the command that repeats it.
//!
//! # What comes out
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
//! # How long it takes
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
//! # Where the difference comes from
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
//! # What the others have and this crate does not
//!
//! pyHanko and PDFBox make visible signatures, certify, add timestamps and validation data, and do much besides
//! signing; pyHanko also checks revocation and works with public-key security handlers.
//!
//! # Repeating it
//!
//! `benches/compare/compare.py` runs underskrift, pyHanko and openssl on the work of `pipeline/pdf/3KB`, where
//! they are installed, and `--record` writes a dated table under `benches/record/`.
