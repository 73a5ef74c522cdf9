//! `compare-underskrift DOCUMENT CHAIN SECONDS`: documents prepared and completed in memory with
//! the crate underskrift, one after the other, with a signature value that signs nothing. Prints
//! the least time of one document in microseconds.

use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, error::Error, fs};

use underskrift::crypto::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use underskrift::{RemoteSignerInfo, RemoteSigningOptions, finalize_signature, prepare_signature};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [document, chain, seconds] = arguments.as_slice() else {
        return Err("usage: compare-underskrift DOCUMENT CHAIN SECONDS".into());
    };
    let document = fs::read(document)?;
    let chain = certificates(&fs::read_to_string(chain)?)?;
    let leaf = chain.first().ok_or("no certificate in the chain")?.clone();
    let info = RemoteSignerInfo {
        certificate_der: leaf,
        chain_der: chain,
        digest_algorithm: DigestAlgorithm::Sha256,
        signature_algorithm: SignatureAlgorithm::RsaPkcs1v15,
    };
    let options = RemoteSigningOptions::default();
    let value = [0u8; 256];
    let one = || -> Result<Vec<u8>, underskrift::PdfSignError> {
        finalize_signature(prepare_signature(black_box(&document), &info, &options)?, &value)
    };
    let signed = one()?;
    assert!(signed.starts_with(&document) && signed.len() > document.len(), "not an incremental update");
    let (end, mut least) = (Instant::now() + Duration::from_secs_f64(seconds.parse()?), Duration::MAX);
    while Instant::now() < end {
        let start = Instant::now();
        black_box(one()?);
        least = least.min(start.elapsed());
    }
    println!("{:.1}", least.as_secs_f64() * 1e6);
    Ok(())
}

/// The DER of each certificate of a PEM file.
fn certificates(pem: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut found = Vec::new();
    for part in pem.split("-----BEGIN CERTIFICATE-----").skip(1) {
        let body = part.split("-----END").next().unwrap_or_default();
        found.push(base64(body)?);
    }
    Ok(found)
}

fn base64(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0u32);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let value = ALPHABET.iter().position(|letter| *letter == byte).ok_or("not base64")?;
        bits = bits << 6 | u32::try_from(value)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff)?);
        }
    }
    Ok(out)
}
