//! `signatures/signHash`, `signDoc` and `signPolling`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::access::Access;
use super::fields::{Fields, check_lengths, digest_of};
use super::sad::Sad;
use super::{Call, Credential, PREFIX, Reply, Version, invalid, refuse};
use crate::algorithm::{Digest, DigestAlgorithm, PssParams, SignatureAlgorithm, Suite};
use crate::asn1::{Reader, Rules, SEQUENCE};
use crate::cms::{SignedAttributes, assemble};
use crate::sandbox::{Document, Order};

/// The kind of note that an asynchronous result is.
const RESPONSE: &str = "csc response";
/// Milliseconds that a result may be asked to be kept.
const MOST_VALIDITY: u64 = 86_400_000;
/// Seconds that it is kept unless something else is asked for.
const VALIDITY_SECONDS: u32 = 3600;

/// `signatures/signHash`.
pub(super) fn sign_hash(call: &Call<'_>) -> Result<Reply, Reply> {
    let access = Access::of(call)?;
    let credential = access.credential(call)?;
    let token = sad_token(call, &access)?;
    let hashes = call.fields.needed_hashes(call.hashes_name())?;
    let name = match call.version {
        Version::V1 => "hashAlgo",
        Version::V2 => "hashAlgorithmOID",
    };
    let (signature, digest) = algorithms(&call.fields, name)?;
    check_lengths(&hashes, Some(digest))?;
    let mode = Mode::of(call)?;
    Sad::look(call.world, &token)?.allows(&credential, &hashes)?;
    let order = order(&credential, &hashes, signature)?;
    Sad::spend(call.world, &token, hashes.len())?;
    let values = sign(call, &order)?;
    Ok(mode.reply(call, "signatures", values))
}

/// `signatures/signDoc`, with digests only: the documents do not come here.
pub(super) fn sign_doc(call: &Call<'_>) -> Result<Reply, Reply> {
    let access = Access::of(call)?;
    let credential = access.credential(call)?;
    let token = sad_token(call, &access)?;
    let sets = call.fields.objects("documentDigests")?;
    let sets = match (sets, call.fields.has("documents")) {
        (Some(_), true) => return Err(invalid("Both documentDigests and documents parameters passed")),
        (None, true) => return Err(invalid("Invalid array parameter documents")),
        (None, false) => return Err(invalid("Empty documentDigests and documents objects")),
        (Some(sets), false) if sets.is_empty() => {
            return Err(invalid("Empty documentDigests and documents objects"));
        }
        (Some(sets), false) => sets,
    };
    let mode = Mode::of(call)?;
    let mut all = Vec::new();
    let mut plans = Vec::new();
    for set in &sets {
        let (hashes, signature, digest) = digests(set)?;
        all.extend(hashes.iter().cloned());
        plans.push((hashes, signature, digest));
    }
    Sad::look(call.world, &token)?.allows(&credential, &all)?;
    Sad::spend(call.world, &token, all.len())?;
    let mut objects = Vec::new();
    for (hashes, signature, digest) in plans {
        objects.extend(sign_attributes(call, &credential, &hashes, signature, digest)?);
    }
    Ok(mode.reply(call, "SignatureObject", objects))
}

/// One entry of `documentDigests`.
fn digests(set: &Fields) -> Result<(Vec<Vec<u8>>, SignatureAlgorithm, DigestAlgorithm), Reply> {
    let hashes = set.needed_hashes("hashes")?;
    let allowed: &[&str] = match set.needed_text("signature_format")? {
        "C" => &["Detached"],
        "P" => &["Revision", "Certification"],
        _ => return Err(invalid("Invalid parameter signature_format")),
    };
    // Attached is what CAdES is without a word, and that needs the document.
    let property = set.text("signed_envelope_property")?.unwrap_or("Attached");
    if !allowed.contains(&property) {
        return Err(invalid("Invalid parameter signed_envelope_property"));
    }
    if let Some(level) = set.text("conformance_level")?
        && !level.eq_ignore_ascii_case("AdES-B-B")
    {
        return Err(invalid("Invalid parameter conformance_level"));
    }
    if set.has("signed_props") {
        return Err(invalid("Invalid parameter signed_props (none is supported)"));
    }
    let (signature, digest) = algorithms(set, "hashAlgorithmOID")?;
    check_lengths(&hashes, Some(digest))?;
    Ok((hashes, signature, digest))
}

/// Whole CMS around the digests.
fn sign_attributes(
    call: &Call<'_>,
    credential: &Credential<'_>,
    hashes: &[Vec<u8>],
    signature: SignatureAlgorithm,
    digest: DigestAlgorithm,
) -> Result<Vec<String>, Reply> {
    let chain = &credential.holding.chain;
    let suite = Suite::for_verification(signature, digest, chain.public_key())
        .map_err(|_| invalid("Invalid parameter signAlgo"))?;
    let attributes: Option<Vec<SignedAttributes>> = hashes
        .iter()
        .map(|hash| SignedAttributes::new(&Digest::from_bytes(digest, hash)?, chain, suite, None).ok())
        .collect();
    let attributes = attributes.ok_or_else(|| invalid("Invalid digest value length"))?;
    let hashed: Vec<Vec<u8>> =
        attributes.iter().map(|one| digest.hash(one.as_der()).as_bytes().to_vec()).collect();
    let values = sign(call, &order(credential, &hashed, signature)?)?;
    let assembled = attributes.iter().zip(values).map(|(attributes, value)| {
        let text: String = value.split_ascii_whitespace().collect();
        let value = STANDARD.decode(text).unwrap_or_default();
        STANDARD.encode(assemble(attributes, suite, &value, chain))
    });
    Ok(assembled.collect())
}

/// `SAD`, or the token of the call itself when it has the scope `credential`.
fn sad_token(call: &Call<'_>, access: &Access) -> Result<String, Reply> {
    match (call.fields.text("SAD")?, &access.sad) {
        (Some(token), _) => Ok(token.to_owned()),
        (None, Some(token)) => Ok(token.clone()),
        (None, None) => Err(invalid("Missing (or invalid type) string parameter SAD")),
    }
}

/// `signAlgo` with `signAlgoParams` and the digest's own parameter.
fn algorithms(fields: &Fields, digest_name: &str) -> Result<(SignatureAlgorithm, DigestAlgorithm), Reply> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    use SignatureAlgorithm::{Ecdsa, RsaPkcs1, RsaPss};
    let said = fields.text(digest_name)?.map(|oid| digest_of(oid, digest_name)).transpose()?;
    let sign_algo = fields.needed_text("signAlgo")?;
    let missing = || invalid(format!("Missing (or invalid type) string parameter {digest_name}"));
    let (signature, implied) = match sign_algo {
        "1.2.840.113549.1.1.1" => return Ok((RsaPkcs1, said.ok_or_else(missing)?)),
        "1.2.840.113549.1.1.10" => {
            let params = fields.needed_text("signAlgoParams")?;
            return Ok((RsaPss, pss(params, said)?));
        }
        "1.2.840.113549.1.1.11" => (RsaPkcs1, Sha256),
        "1.2.840.113549.1.1.12" => (RsaPkcs1, Sha384),
        "1.2.840.113549.1.1.13" => (RsaPkcs1, Sha512),
        "1.2.840.10045.4.3.2" => (Ecdsa, Sha256),
        "1.2.840.10045.4.3.3" => (Ecdsa, Sha384),
        "1.2.840.10045.4.3.4" => (Ecdsa, Sha512),
        _ => return Err(invalid("Invalid parameter signAlgo")),
    };
    if said.is_some_and(|said| said != implied) {
        return Err(invalid(format!("String parameter {digest_name} contradicts with signAlgo parameter")));
    }
    Ok((signature, implied))
}

/// RSASSA-PSS-params in base64; the salt must be as long as the digest.
fn pss(params: &str, said: Option<DigestAlgorithm>) -> Result<DigestAlgorithm, Reply> {
    let wrong = || invalid("Missing (or invalid type) string parameter signAlgoParams");
    let der = STANDARD.decode(params).map_err(|_| wrong())?;
    let sequence = Reader::new(&der, Rules::Der).expect(SEQUENCE).map_err(|_| wrong())?;
    let params = PssParams::read(&sequence).map_err(|_| wrong())?;
    let fits = params.salt_len == params.digest.len() && said.is_none_or(|said| said == params.digest);
    if fits { Ok(params.digest) } else { Err(wrong()) }
}

fn order(
    credential: &Credential<'_>,
    hashes: &[Vec<u8>],
    signature: SignatureAlgorithm,
) -> Result<Order, Reply> {
    let documents: Option<Vec<Document>> =
        hashes.iter().map(|hash| Document::new(String::new(), hash)).collect();
    let documents = documents.ok_or_else(|| invalid("Invalid digest value length"))?;
    let key = credential.holding.chain.public_key();
    let fits =
        documents.iter().all(|one| Suite::for_verification(signature, one.digest.algorithm(), key).is_ok());
    if !fits {
        return Err(invalid("Invalid parameter signAlgo"));
    }
    Ok(Order::new(PREFIX, credential.holding.credential_id.as_str(), documents).algorithm(signature))
}

fn sign(call: &Call<'_>, order: &Order) -> Result<Vec<String>, Reply> {
    let signed = call.world.sign_now(order);
    let signed = signed.map_err(|error| refuse(500, "server_error", &error.to_string()))?;
    Ok(signed.into_iter().map(|one| one.value).collect())
}

/// `operationMode`.
enum Mode {
    AtOnce,
    Later { seconds: u32 },
}

impl Mode {
    fn of(call: &Call<'_>) -> Result<Self, Reply> {
        let fields = &call.fields;
        match fields.text("operationMode")? {
            _ if call.version == Version::V1 => return Ok(Self::AtOnce),
            None | Some("S") => return Ok(Self::AtOnce),
            Some("A") => {}
            Some(_) => return Err(invalid("Invalid parameter operationMode")),
        }
        let seconds = match fields.number("validity_period")? {
            None => VALIDITY_SECONDS,
            Some(period) if (1..=MOST_VALIDITY).contains(&period) => {
                u32::try_from(period.div_ceil(1000)).unwrap_or(VALIDITY_SECONDS)
            }
            Some(_) => return Err(invalid("Out of bounds parameter validity_period")),
        };
        if fields.text("response_uri")?.is_some_and(|uri| !uri.starts_with("http")) {
            return Err(invalid("Invalid parameter response_uri"));
        }
        Ok(Self::Later { seconds })
    }

    fn reply(&self, call: &Call<'_>, name: &str, values: Vec<String>) -> Reply {
        let Self::Later { seconds } = self else {
            return Reply::json(200, &json!({ name: values }));
        };
        let id = call.world.new_id();
        let kept = json!({ "result": { name: values }, "asked": false });
        call.world.note(RESPONSE, &id, *seconds, kept);
        Reply::json(200, &json!({ "responseID": id }))
    }
}

/// `signatures/signPolling`: the first time it is not done yet, so that clients learn to wait.
pub(super) fn poll(call: &Call<'_>) -> Result<Reply, Reply> {
    let access = Access::of(call)?;
    if access.user_id.is_some() && call.fields.text("userID")?.is_some() {
        return Err(invalid("userID parameter SHALL be null"));
    }
    let id = call.fields.needed_text("requestID")?;
    let mut kept = call.world.noted(RESPONSE, id).map_err(|_| invalid("Invalid parameter requestID"))?;
    if kept.get("asked").and_then(Value::as_bool) == Some(false) {
        if let Some(members) = kept.as_object_mut() {
            members.insert("asked".into(), json!(true));
        }
        call.world.note(RESPONSE, id, VALIDITY_SECONDS, kept);
        let message = "The previous async request has been accepted but not yet completed";
        return Err(refuse(202, "accepted_request", message));
    }
    Ok(Reply::json(200, kept.get("result").unwrap_or(&Value::Null)))
}
