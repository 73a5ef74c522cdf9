//! How the crate is laid out, and why.
//!
//! # The way of a document
//!
//! *Prepare* opens the document, asks all rules whether it may be signed, writes the revision that will be
//! appended with a gap for the value, and hashes everything around the gap. From then on no byte changes.
//! What leaves is a [`SigningRequest`](crate::SigningRequest); what stays is a [`State`](crate::State).
//! *Resume* takes a stored state up with the document. *Accept* verifies the value and gives
//! [`Signed`](crate::pdf::Signed), of which writing is one copy of the original and one small write, as often
//! as the caller likes and always with the same bytes.
//!
//! Services that return a raw signature value and those that return a whole CMS have different types,
//! [`Prepared`](crate::pdf::Prepared) and [`PreparedCms`](crate::pdf::PreparedCms): the digest that leaves
//! is another one, and one must not be answered with the other. The one way around the check of a value is
//! behind [`dangerous`](crate::pdf::Prepared::dangerous).
//!
//! # Rooms
//!
//! ```text
//! source limits entropy password fault   what everything stands on
//! asn1               reading and writing DER and BER, values in place
//! algorithm          digests, signature algorithms, public keys; the two backends are named here only
//! certificate        certificates, chains, paths to trust anchors
//! cms                signed attributes, SignedData, the check of a CMS that came from outside
//! syntax/pdf         what a PDF is: lexer, objects, cross-reference, encryption, form, page, revision
//! profile            tables without I/O: PAdES
//! mistake            what a refused value looks like
//! request  state     what leaves and what stays   ┐
//! embed              phase two: writing           │ the pipeline
//! prepare            phase one, and the way back  ┘
//! pdf                what a caller needs to sign a PDF, in one place
//! verify             an independent reader
//! signer             a local key (feature `signer`)
//! bin/kyso           the command line, by public items only (feature `cli`)
//! manual             these pages
//! ```
//!
//! Imports run towards the top of this list only. `asn1` knows object identifiers and nothing else of the
//! crate; `algorithm` uses `asn1`; `certificate` uses both, `cms` all three. `syntax` knows nothing of signing:
//! it uses `source`, `limits`, `entropy` and the ciphers. `embed` uses `source` and `syntax`; `prepare` uses
//! everything above it. `verify` uses the syntax rooms, `algorithm`, `certificate` and `cms`, and nothing of
//! `prepare`, `state` or `embed`: what writes a signature does not vouch for it. `signer` sees `algorithm`,
//! `asn1` and `certificate`, and nothing but the command line sees `signer`. Leaf rooms own their errors; the
//! pipeline's errors hold them as sources.
//!
//! # What is written here, and why
//!
//! **The PDF reader.** A signer needs the trailer, a few cross-reference entries, the catalog, the form, one
//! page and the fields. General libraries read every object of a file, which takes time and memory in
//! proportion to the file and fails on damage in parts that signing never touches. This one reads at
//! positions from anything that is a [`Source`](crate::Source), window by window, and only what it is asked
//! for.
//!
//! **The revision writer.** The rules of incremental updates are where signers break documents: the kind of
//! the appended section, what offsets count from, `/Size`, `/Prev`, keys that belong to a stream, generations,
//! `/ID`. They can only be kept where the file's own structure is at hand, as found rather than as repaired.
//!
//! **The state.** It decides what can be tampered with, so its form is small and strict: see below.
//!
//! **DER.** Certificates and a CMS from outside must stay byte for byte as they came, and careless encodings
//! in them must be readable. A reader of tag, length and value that hands out slices does both; typed
//! decoders normalise, and encoders that sort or drop defaults change what was signed.
//!
//! Cryptographic primitives, inflating, base64, JSON, time and the command line's parsing are not written
//! here.
//!
//! # Dependencies
//!
//! | crate | for what |
//! |---|---|
//! | `const-oid` | object identifiers as values |
//! | `sha1`, `sha2`, `md-5` | digests; SHA-1 only to read old signatures, MD5 only inside the encryption of R2 to R4 |
//! | `hmac` | the seal of a state, compared in constant time |
//! | `rsa`, `p256`, `p384`, `p521`, `ed25519-dalek` | checking values in pure Rust |
//! | `aws-lc-rs` (optional) | checking values faster |
//! | `aes`, `cbc`, `rc4` | encrypted documents |
//! | `zeroize` | passwords and keys do not outlive their use |
//! | `flate2` on `zlib-rs` | cross-reference and object streams |
//! | `memchr` | finding things: `startxref`, objects in damaged files |
//! | `smallvec` | names of objects without an allocation each |
//! | `base64`, `serde`, `serde_json` | the state, requests, reports |
//! | `chrono` | civil time in `/M` and in certificates |
//! | `thiserror` | errors |
//! | `getrandom` | [`Entropy::from_os`](crate::Entropy::from_os), a convenience at the edge |
//! | `pkcs8`, `p12-keystore` (optional) | the local signer's key files |
//! | `clap`, `indicatif` (optional) | the command line |
//!
//! # Where building led away from the first plan
//!
//! - The syntax of PDF moved to `syntax/pdf`, so that `kyso::pdf` could be what a caller of the library
//!   needs, instead of two things under one name.
//! - `der`, `spki`, `x509-cert`, `cms` and `pem-rfc7468` are not used; `asn1` reads in place instead. A
//!   certificate is never encoded again, and lenient reading is a choice at each call.
//! - There is no feature `parallel`. [`Signing`](crate::pdf::Signing) is shared between threads as it is, so
//!   a batch runs in parallel on the caller's own threads, and the crate neither starts any nor chooses how
//!   many.
//! - There is no `error` module that gathers all errors. Each step has its own type, and those of the pipeline
//!   say whose [`Fault`](crate::Fault) they are: what a program branches on.
//!
//! ```
//! fn is_shared_between_threads<T: Send + Sync>() {}
//! is_shared_between_threads::<kyso::pdf::Signing>();
//! is_shared_between_threads::<kyso::certificate::Chain>();
//! ```
//!
//! # How the state protects
//!
//! It is JSON in an envelope: a version, a SHA-256 over the exact bytes of the inner text, and that text. Reading
//! demands the exact bytes that writing gives, so that no byte can differ. That catches accidents, and no
//! attacker, who would compute the hash anew; against these there are
//! [`State::seal`](crate::State::seal) and [`State::open`](crate::State::open), an HMAC-SHA-256 under a key of
//! the caller's.
//!
//! Resuming trusts nothing in it:
//!
//! 1. the document has the length that was saved, and its digest;
//! 2. the document with the revision around the gap hashes to the digest that was saved;
//! 3. for a raw-signature service the signed attributes read as DER of exactly the kind that prepare makes,
//!    their messageDigest is that digest, and their signing-certificate-v2 names the chain's leaf;
//! 4. the algorithms go with the leaf's key;
//! 5. the revision reads as one: its `startxref` leads into it, its cross-reference to the signature, whose
//!    `/ByteRange` is the one that was hashed, whose `/SubFilter` fits, and whose `/Contents` is the gap;
//! 6. the gap is large enough for the signature, where its size is known.
//!
//! What passes all of these and was changed by somebody who made the pieces consistent is another
//! preparation of the same document. Its request has another digest, which no value made for the first one
//! answers.
//!
//! # What a revision contains
//!
//! - An end-of-line first, when the file does not end with one.
//! - The signature dictionary, an object of its own: `/Type /Filter /SubFilter /M`, the texts given, eighty
//!   columns for `/ByteRange`, and `/Contents` as the gap, `<` and `>` included. `/Contents` and `/ByteRange`
//!   are direct and never encrypted.
//! - For a new field: the field merged with its widget (`/Rect [0 0 0 0] /F 132 /P`), the nodes that a
//!   dotted name asks for, an empty appearance where the metadata claims PDF/A-1; and the holders of `/Fields`
//!   and `/Annots`, whichever object that is. For an existing field: the field with its `/V`, and a
//!   `FieldMDP` reference in the signature when the field has a `/Lock`.
//! - `/SigFlags 3`; below PDF 2.0 for PAdES the `ESIC` entry of `/Extensions`, beside those of others.
//! - A cross-reference section of the kind that the newest one has, and a trailer with the document's keys,
//!   without those of a section; a new second `/ID`, and both elements where there was none, but not in a file
//!   encrypted with R ≤ 4. After a scan the section names every object found, in one run from 0.
//!
//! An object that is written again is written whole, in the generation it had, with its strings encrypted
//! for its number.
//!
//! # How the fast paths are kept fast
//!
//! - The first window on an object in a file is 1 KiB and grows by four only when the object needs it; a
//!   slice is not copied at all.
//! - Entries of a classic table are read by position. A cross-reference stream is kept inflated up to 4 MiB
//!   in all, and inflated again for a later look-up beyond that. Only a rebuilt cross-reference costs memory
//!   per object.
//! - The document is hashed once at prepare: its own digest is taken on the way to that of the ByteRange.
//! - The chain is parsed once; what every signature needs of it (the set of certificates in DER, the issuer
//!   and serial number, the digests of the leaf) is computed once and shared by all clones.
//! - Saving from file to file leaves the copy to the system.
//! - Hexadecimal digits are written two at a time from a table.
//!
//! `benches/pipeline.rs` and `benches/whole-process.py` measure what these are worth; the second ends with an
//! error when a bound is missed.
//!
//! # Working on it
//!
//! - Names are the standards' own; one word for one thing: *document, chain, prepare, request, state, value,
//!   accept, signed, save, verify, report*.
//! - No panic, no unbounded time or memory on any input: parsers take [`Limits`](crate::Limits), arithmetic is
//!   checked, and lints forbid `unwrap`, `expect`, `panic!` and indexing outside tests.
//! - Errors carry numbers and positions, and a `source()` where there is a cause.
//! - A bug is first a failing test. What an outside judge says (openssl, pdfsig, qpdf, pyHanko) counts more
//!   than what the reader here says.
//! - Files stay under about 600 lines because each holds one idea.
//! - `testdata/pdf` is made by `cargo run --example testdata`; nothing in it comes from elsewhere.
