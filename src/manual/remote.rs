//! Remote signers: how kyso talks to them, and what it does where their documents are silent.
//!
//! # Three layers
//! - `kyso::remote` (feature `remote`): wire formats as state machines. No network, no clock, no randomness. A
//!   [`Flow`](crate::remote::Flow) is stepped with events and says what to do: send this, ask for that, wait until,
//!   done for each document, failed.
//! - `kyso::client` (feature `client`): what does it. A blocking HTTP driver, the configuration, the store of
//!   credentials.
//! - `kyso::sandbox` (feature `sandbox`): a local server that plays the services, with keys, certificates and
//!   accounts of its own, and a page that plays the phone.
//!
//! Nothing that a service returns is believed. A value becomes part of a document only through `accept`, which
//! verifies it under the certificate that was chosen when the document was prepared.
//!
//! # What must not happen twice
//! A signature can cost money, and people do not like to confirm again. So the state of a transaction is stored
//! *before* each request leaves, and a request that may sign is sent once. When its answer is lost, the transaction
//! is asked for its outcome, under the same id; where a system has no such question, the transaction ends with an
//! [outcome that is not known](crate::remote::Outcome::Unknown), and only people decide to begin another.
//!
//! | what was lost | VNPT | VNPT TH | Mobile-ID v1 | Mobile-ID v2 | EFY | CSC v1 | CSC v2 |
//! |---|---|---|---|---|---|---|---|
//! | the connection, before anything was sent | sent again | sent again | sent again | sent again | sent again | sent again | sent again |
//! | the answer to the request that signs | status | status | not known | not known | not known | not known | not known |
//! | the answer to a poll | asked again | asked again | | asked again | | | asked again |
//!
//! # Secrets
//! A stored state holds none: passwords, codes, access tokens and SADs are asked for again after a resume. The
//! configuration refers to them (`env:`, `file:`, `keyring:`) and never contains them. What is logged or kept in an
//! error has been through [`redact`](crate::remote::redact).
//!
//! # Where the documents are silent or contradict themselves
//! | the document | what is done |
//! |---|---|
//! | RSSP: hashes are base64 in the text and hexadecimal in the sample | base64; the service's setting can say otherwise |
//! | RSSP: SSL2 has the signature last in the text, and before the timestamp in the example | as in the text; settable |
//! | RSSP: success is 0 in one place and 1007 in another | 0 is done, 1007 accepted |
//! | RSSP: thumbprints are called SHA-256 and are SHA-1 in the samples | either, compared with the certificate |
//! | VNPT: the transaction of a status question is `{tranId}` | the id that this side gave |
//! | VNPT: what is pending, rejected or expired looks like is not said | an answer without signatures is pending until the patience ends; other codes end the transaction, with the body kept |
//! | VNPT: the webhook carries no proof of who calls | its transaction id is a hint to ask; nothing else of it is used |
//! | EFY: `hash` and `hashs` are both optional | exactly one of them |
//! | EFY: 1007 stands beside signatures | a signature that is there is taken, and verified like any other |
//! | EFY: `signing/hash/authorize` returns one value | several documents in one transaction need a PIN |
//! | EFY, CSC, RSSP: what another number of values than of documents means is not said | nobody knows whose they are: the outcome of all the documents of that call is unknown |
//! | a service returns values in another order | they are tried on the other documents of the transaction |
