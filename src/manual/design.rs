//! How the crate is laid out, and why.
//!
//! # The way of a document
//!
//! *Prepare* opens the document, asks all rules whether it may be signed, and fixes everything that will be
//! signed: of a PDF it writes the revision that will be appended, with a gap for the value, and hashes
//! everything around the gap; for an XML document it digests what is signed and writes the Signature element
//! around the place of the value. From then on no byte changes.
//! What leaves is a [`SigningRequest`](crate::SigningRequest); what stays is a [`State`](crate::State).
//! *Resume* takes a stored state up with the document. *Accept* verifies the value and gives
//! [`pdf::Signed`](crate::pdf::Signed) or [`xml::Signed`](crate::xml::Signed), of which writing is a copy of
//! the original with one small write behind it, or one or two in between, as often as the caller likes and
//! always with the same bytes.
//!
//! Services that return a raw signature value and those that return a whole CMS have different types,
//! [`Prepared`](crate::pdf::Prepared) and [`PreparedCms`](crate::pdf::PreparedCms): the digest that leaves
//! is another one, and one must not be answered with the other. For XML there is the first kind only. The one
//! way around the check of a value is behind [`dangerous`](crate::pdf::Prepared::dangerous).
//!
//! # Rooms
//!
//! ```text
//! source limits entropy password fault   what everything stands on
//! asn1               reading and writing DER and BER, values in place
//! algorithm          digests, signature algorithms, public keys; the two backends are named here only
//! certificate        certificates, chains, paths to trust anchors
//! cms                signed attributes, SignedData, the check of a CMS that came from outside
//! syntax/pdf         what a PDF is: lexer, objects, cross-reference, encryption, form, page, text, revision
//! syntax/xml         what XML is: scanner, canonical forms, plain documents, tree, XPath
//! appearance         what a visible signature looks like: fonts, text, images, layout
//! profile            tables without I/O: PAdES, XMLDSig, KeyInfo, TT78, XAdES, the EFY dialect
//! canonical          canonical octets to look at
//! mistake            what a refused value looks like
//! request  state     what leaves and what stays   ┐
//! embed              phase two: writing           │ the pipeline
//! prepare            phase one, and the way back  ┘
//! pdf  xml           what a caller needs to sign a document of one format, in one place
//! document           the same for both together
//! sign_cloud         the options of another system, as it writes them
//! preview            pictures of what would be signed (feature `preview`)
//! verify             an independent reader
//! signer             a local key (feature `signer`)
//! remote             wire formats of signing services, state machines (feature `remote`)
//! client             edge: HTTP driver, configuration, credential store (feature `client`)
//! sandbox            edge: a server that plays the services (feature `sandbox`)
//! bin/kyso           the command line, by public items only (feature `cli`)
//! manual             these pages
//! ```
//!
//! Imports run towards the top of this list only. `asn1` knows object identifiers and nothing else of the
//! crate; `algorithm` uses `asn1`; `certificate` uses both, `cms` all three. `syntax` knows nothing of signing:
//! it uses `source`, `limits`, `entropy` and the ciphers, and `syntax/pdf` and `syntax/xml` do not know each
//! other. `appearance` draws objects that belong to no document yet, and uses `syntax/pdf` for what objects
//! are. `profile` uses `syntax`, `appearance`, `algorithm` and `certificate`, `canonical` only `syntax/xml`. `embed` uses
//! `source` and `syntax`; `prepare` uses everything above it but `canonical`. `verify` uses the syntax rooms,
//! `algorithm`, `certificate` and `cms`, and nothing of `prepare`, `state` or `embed`: what writes a signature
//! does not vouch for it. `signer` sees `algorithm`, `asn1` and `certificate`, and nothing but the edges
//! sees `signer`. `remote` sees `request`, `algorithm` and `certificate`, has no clock, no network and no randomness, and
//! verifies nothing; `client` and `sandbox` are edges, which use what is public, and do not know each other. Leaf rooms own their errors; the pipeline's errors hold them as sources.
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
//! **Text search.** A signer needs to know where a text stands, on the page that it is on, without reading the
//! document: the content of one page after another is followed with the fonts it uses, and nothing else.
//!
//! **The appearance.** Shaping, subsetting, decoding of PNG and the QR code are kept libraries; the layout, the
//! writing of fonts and images as PDF wants them, and what PDF/A asks are written here. JPEG is passed on as it
//! is, after its markers were read.
//!
//! **XML.** The scanner, the canonical forms, XPath and the strict rules of the verifier's reader: see below.
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
//! | `weezl` | LZW in content streams that are searched |
//! | `unicode-normalization`, `glyph-names` | text that is shown and searched |
//! | `unicode-bidi`, `unicode-linebreak`, `harfrust`, `subsetter`, `notosans` | order, line breaks, glyphs, subsets and the built-in font of visible signatures |
//! | `png`, `qrcodegen` | images and QR codes of visible signatures |
//! | `hayro` (optional) | previews |
//! | `memchr` | finding things: `startxref`, objects in damaged files, markup in XML |
//! | `quick-xml` | the verifier's reader of XML, so that it is another one than the pipeline's |
//! | `smallvec` | names of objects, namespaces and attributes of elements without an allocation each |
//! | `base64`, `serde`, `serde_json` | the state, requests, reports; base64 in signatures of XML |
//! | `chrono` | civil time in `/M`, in SigningTime and in certificates |
//! | `thiserror` | errors |
//! | `getrandom` | [`Entropy::from_os`](crate::Entropy::from_os), a convenience at the edge |
//! | `pkcs8`, `p12-keystore` (optional) | the local signer's key files |
//! | `ureq`, `rustls` (optional) | HTTP over TLS, blocking: signing waits for people, not for sockets |
//! | `toml` (optional) | the configuration |
//! | `keyring-core` and a store for each system (optional) | secrets in the key ring of the system |
//! | `tracing` (optional) | what the driver does, for whoever listens |
//! | `form_urlencoded` (optional) | OAuth 2.0 |
//! | `tiny_http`, `rcgen` (optional) | the sandbox's server and certificates |
//! | `clap`, `indicatif`, `rpassword`, `ctrlc`, `tracing-subscriber` (optional) | the command line |
//!
//! # Where building led away from the first plan
//!
//! - The syntax of PDF moved to `syntax/pdf`, so that `kyso::pdf` could be what a caller of the library
//!   needs, instead of two things under one name.
//! - `der`, `spki`, `x509-cert`, `cms` and `pem-rfc7468` are not used; `asn1` reads in place instead. A
//!   certificate is never encoded again, and lenient reading is a choice at each call.
//! - There is no feature `parallel`. [`Batch`](crate::document::Batch) takes the number of threads, needs nothing
//!   but the standard library for it, and one thread is what it starts with none of its own.
//! - There is no `error` module that gathers all errors. Each step has its own type, and those of the pipeline
//!   say whose [`Fault`](crate::Fault) they are: what a program branches on.
//!
//! ```
//! fn is_shared_between_threads<T: Send + Sync>() {}
//! is_shared_between_threads::<kyso::pdf::Signing>();
//! is_shared_between_threads::<kyso::xml::Signing>();
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
//! Resuming a PDF trusts nothing in it:
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
//! Resuming an XML document:
//!
//! 1. the document has the length that was saved, and its SHA-256;
//! 2. the algorithms go with the leaf's key, and SignatureMethod names them;
//! 3. the signature reads as one Signature element, strictly, where the saved namespaces and `xml:` attributes
//!    are in scope, and its SignedInfo canonicalises there to the octets that were saved;
//! 4. every part of the signature that SignedInfo references (the Object of TT78, the SignedProperties of
//!    XAdES) has the digest that stands there; what it references in the document is bound by 1;
//! 5. KeyInfo, where it has certificates, holds the leaf;
//! 6. the document is read again: at the saved place an element ends, or stands written `<name/>`, with what
//!    was saved in scope; of a document with a DOCTYPE only the name is looked at.
//!
//! What passes all of these and was changed by somebody who made the pieces consistent is another
//! preparation of the same document. Its request has another digest, which no value made for the first one
//! answers. In XML there is also what no digest covers: the place of the signature, the rest of KeyInfo. It
//! can be changed in an unsealed state without a new digest; [`security`](super::security#the-states-storage)
//! says what follows.
//!
//! # What a revision contains
//!
//! - An end-of-line first, when the file does not end with one.
//! - The signature dictionary, an object of its own: `/Type /Filter /SubFilter /M`, the texts given, eighty
//!   columns for `/ByteRange`, and `/Contents` as the gap, `<` and `>` included. `/Contents` and `/ByteRange`
//!   are direct and never encrypted.
//! - For a new field: the field merged with its widget (`/F 132 /P`, `/Rect` of zeros when invisible, `/MK /R`
//!   when not), the nodes that a dotted name asks for, an empty appearance where the metadata claims PDF/A-1;
//!   and the holders of `/Fields` and `/Annots`, whichever object that is. For an existing field: the field
//!   with its `/V`.
//! - For a visible signature: a form XObject with its font, image and profiles, `/Matrix` turned as the page
//!   is; under PDF/A with what its part asks for. For further places of a text, stamps with the same form.
//! - In a tagged document that nobody has signed: a structure element `Form` below the topmost one, its entry
//!   in the parent tree, `/StructParent` and `/Tabs /S`.
//! - For a certification: `DocMDP` in the signature and in `/Perms`. For locks, the caller's or the field's:
//!   `FieldMDP` in the signature, and `/Lock` in a field that is new or may still be changed.
//! - `/SigFlags 3`; below PDF 2.0 for PAdES the `ESIC` entry of `/Extensions`, beside those of others.
//! - A cross-reference section of the kind that the newest one has, and a trailer with the document's keys,
//!   without those of a section; a new second `/ID`, and both elements where there was none, but not in a file
//!   encrypted with R ≤ 4. After a scan the section names every object found, in one run from 0.
//!
//! An object that is written again is written whole, in the generation it had, with its strings encrypted
//! for its number.
//!
//! # The way of an XML document
//!
//! **One pass.** The document goes by once, in windows of 256 KiB where it is not in memory. Each Reference has
//! its own canonicaliser and hasher in that pass; beside them run the digest of the document itself, the count
//! of the ids that matter, the search for the place of the signature, and a reader of the signatures that are
//! there already, which learns what each covers. Memory grows with the depth of the document and its longest
//! tag. The signature is not there yet, so an enveloped-signature transform has nothing to leave out. More than
//! one pass is made where a node is known by the name of its element only (TT78 without a node), for an
//! enveloping signature, and for transforms on node-sets.
//!
//! **Insertion only.** Nothing of the document is written again. A signature is text that goes in before an
//! end tag; where the place is written `<NBan/>`, `>…<` goes in before its `/` and `NBan` behind it; an
//! enveloping signature goes in before the root element and behind it. So nothing that a writer of XML would
//! change can change: line ends, the order of attributes, white space in tags, entities, the byte order mark.
//!
//! **Where a signature's context comes from.** Inclusive canonicalisation of SignedInfo takes in the namespaces
//! and `xml:` attributes of everything around it. They are those in scope inside the element that receives the
//! signature, remembered when the pass comes by, and kept in the state: phase two canonicalises SignedInfo
//! again without reading the document as XML.
//!
//! **Order.** The references into the document are digested first. What of the signature itself is signed
//! (TT78's Object, XAdES's SignedProperties) is written next and canonicalised in its context, then SignedInfo.
//! The Object's id comes from the first node's digest, the signature's id and the time, other generated ids
//! from the entropy; an id that the document has already is an error.
//!
//! **Node-sets.** XPath, XPath Filter 2.0 and base64 of an element's text cannot be worked out while the
//! document goes by. Only for references with such transforms is the document read into a tree, as it will
//! be with the signature in it, and what such a reference digests may not hold the signature itself: its
//! digest would have to stand in what is digested.
//!
//! **Plain documents.** The scanner knows UTF-8 and no DOCTYPE. A document in another encoding, or with a
//! DOCTYPE that was allowed, is first written anew in memory as one that means the same: decoded, its
//! declarations used and left out, entities and default attributes put in. A map leads from places in that
//! text to places in the original, where the signature is inserted, in the original's encoding. Inside the
//! text of an entity there is no such place, and a location there is an error.
//!
//! # Two readers of XML
//!
//! The pipeline reads with a scanner of its own, `verify` with `quick-xml`.
//!
//! The scanner is written here because `quick-xml` leaves most rules of XML to its caller: it takes two roots,
//! text outside of them, `<` in attribute values, attributes that are the same by namespace, characters that
//! XML does not have. The rules would have been ours either way, and its pass alone takes about as long as the
//! scanner, canonicalisation and hashing together may. What stands in the document as its canonical form has it is
//! handed on in runs, without a copy.
//!
//! The verifier reads with `quick-xml` under strict rules of its own, into the tree, and canonicalises over the
//! tree: a mistake of the pipeline's reader or of its streaming canonicalisation is one that the verifier does
//! not share. Property tests hold the streaming canonicalisation against the one over the tree, and every
//! document that the tests sign is verified. It does share the making plain of documents, and XPath and the
//! canonicalisation of node-sets, which the pipeline uses where it needs a tree. The standards' vectors,
//! xmlsec1, the JDK and lxml are the witnesses there.
//!
//! # XPath
//!
//! XPath 1.0 is written here, complete but for variables, which nothing binds in a signature, and with `here()`
//! of XML Signature. The crates for it bring a document model of their own, in which the namespace nodes and
//! attributes cannot be told as ours; or they put no bound on what an expression costs, and the expressions that
//! `verify` evaluates are a stranger's. Here every node that is visited is charged to
//! [`Limits::xpath_steps`](crate::Limits::xpath_steps).
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
//! - XML: start tags without attributes and end tags that are written as canonical forms are go into the hash
//!   as they stand; so does text up to the next character that is written otherwise.
//!
//! `benches/pipeline.rs`, `benches/xml.rs` and `benches/whole-process.py` measure what these are worth; the
//! last ends with an error when a bound is missed.
//!
//! # Working on it
//!
//! - Names are the standards' own; one word for one thing: *document, chain, prepare, request, state, value,
//!   accept, signed, save, verify, report*.
//! - No panic, no unbounded time or memory on any input: parsers take [`Limits`](crate::Limits), arithmetic is
//!   checked, and lints forbid `unwrap`, `expect`, `panic!` and indexing outside tests.
//! - Errors carry numbers and positions, and a `source()` where there is a cause.
//! - A bug is first a failing test. What an outside judge says (openssl, pdfsig, qpdf, pyHanko, xmlsec1, the
//!   JDK) counts more than what the reader here says.
//! - Files stay under about 600 lines because each holds one idea.
//! - `testdata/pdf` and `testdata/xml` are made by `cargo run --example testdata`; nothing in them comes from
//!   elsewhere.
