//! The certificate hierarchy of the sandbox: a root, an authority below it, and what that issues.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SerialNumber,
};
use zeroize::Zeroizing;

use super::SandboxError;
use super::keys::{self, Kind};
use crate::asn1::pem;
use crate::certificate::{Certificate, Chain};
use crate::signer::LocalKey;

const DAY: Duration = Duration::from_secs(86_400);
/// `userid` of RFC 4519: where certificates here name the identity card or tax code.
const UID: [u64; 7] = [0, 9, 2342, 19_200_300, 100, 1, 1];

/// `extKeyUsage` (RFC 5280, 4.2.1.12), and its value for `id-kp-timeStamping` alone.
const EXTENDED_KEY_USAGE: &[u64] = &[2, 5, 29, 37];
const TIME_STAMPING: [u8; 12] = [0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// Where keys and certificates are kept.
pub(super) enum Keeping {
    /// Nowhere: they are made again every time.
    Memory,
    /// In a folder.
    Folder(PathBuf),
}

/// The subject of a certificate.
pub(super) struct Subject<'a> {
    pub(super) common_name: &'a str,
    /// `CCCD:…` or `MST:…`.
    pub(super) uid: &'a str,
    pub(super) locality: &'a str,
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Somebody's signatures.
    Signing,
    /// Timestamps (RFC 3161, 2.3).
    TimeStamping,
}

/// A certificate with its issuers, and its key.
pub(super) struct Issued {
    pub(super) chain: Chain,
    pub(super) key: LocalKey,
    /// The key in PEM, PKCS#8.
    pub(super) key_pem: Zeroizing<String>,
}

/// The root and the authority that issues.
pub(super) struct Authority {
    keeping: Keeping,
    /// Two that begin in the same folder make its keys one after the other, not at once.
    lock: Option<File>,
    root: Certificate,
    issuing: Certificate,
    issuing_key: KeyPair,
}

impl Authority {
    /// Takes up what the folder holds, and makes what it lacks.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, SandboxError> {
        let (keeping, lock) = match folder {
            None => (Keeping::Memory, None),
            Some(path) => (Keeping::Folder(path.to_owned()), Some(lock(path)?)),
        };
        let root_key = pair(&keeping.key("root", Kind::P256)?)?;
        let root_params =
            || authority("Kyso Sandbox Root CA (worth nothing)", BasicConstraints::Unconstrained);
        let root = keeping.certificate("root", &root_key, None, || {
            root_params()?.self_signed(&root_key).map_err(SandboxError::Certificate)
        })?;
        let issuing_key = pair(&keeping.key("issuing", Kind::P256)?)?;
        let issuing = keeping.certificate("issuing", &issuing_key, Some(&root), || {
            let issuer = Issuer::new(root_params()?, &root_key);
            issuing_params()?.signed_by(&issuing_key, &issuer).map_err(SandboxError::Certificate)
        })?;
        Ok(Self { keeping, lock, root, issuing, issuing_key })
    }

    /// Lets others use the folder: everything that is kept there has been made.
    pub(super) fn complete(&mut self) {
        self.lock = None;
    }

    /// A subject's certificate, valid for three years, and its key.
    pub(super) fn issue(
        &self,
        name: &str,
        kind: Kind,
        subject: &Subject<'_>,
        purpose: Purpose,
    ) -> Result<Issued, SandboxError> {
        let pkcs8 = self.keeping.key(name, kind)?;
        let key = pair(&pkcs8)?;
        let leaf = self
            .keeping
            .certificate(name, &key, Some(&self.issuing), || self.certify(&key, subject, purpose))?;
        Ok(Issued {
            chain: Chain::from_der([leaf.der(), self.issuing.der(), self.root.der()])?,
            key: LocalKey::from_pkcs8_der(&pkcs8)?,
            key_pem: Zeroizing::new(private_pem(&pkcs8)),
        })
    }

    /// The same for a new RSA key that is kept nowhere.
    pub(super) fn issue_anew(&self, subject: &Subject<'_>) -> Result<Issued, SandboxError> {
        let pkcs8 = keys::generate(Kind::Rsa)?;
        let leaf = self.certify(&pair(&pkcs8)?, subject, Purpose::Signing)?;
        Ok(Issued {
            chain: Chain::from_der([leaf.der().as_ref(), self.issuing.der(), self.root.der()])?,
            key: LocalKey::from_pkcs8_der(&pkcs8)?,
            key_pem: Zeroizing::new(private_pem(&pkcs8)),
        })
    }

    fn certify(
        &self,
        key: &impl rcgen::PublicKeyData,
        subject: &Subject<'_>,
        purpose: Purpose,
    ) -> Result<rcgen::Certificate, SandboxError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, country()?);
        params.distinguished_name.push(DnType::LocalityName, subject.locality);
        params.distinguished_name.push(DnType::CommonName, subject.common_name);
        params.distinguished_name.push(DnType::CustomDnType(UID.to_vec()), subject.uid);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        match purpose {
            Purpose::Signing => {
                params.extended_key_usages =
                    vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::EmailProtection];
            }
            Purpose::TimeStamping => {
                let mut only = CustomExtension::from_oid_content(EXTENDED_KEY_USAGE, TIME_STAMPING.to_vec());
                // The one that must be critical, and rcgen's own never is.
                only.set_criticality(true);
                params.custom_extensions.push(only);
            }
        }
        params.use_authority_key_identifier_extension = true;
        valid(&mut params, 3 * 365)?;
        let issuer = Issuer::new(issuing_params()?, &self.issuing_key);
        params.signed_by(key, &issuer).map_err(SandboxError::Certificate)
    }

    pub(super) const fn root(&self) -> &Certificate {
        &self.root
    }
}

fn pair(pkcs8: &[u8]) -> Result<KeyPair, SandboxError> {
    KeyPair::try_from(pkcs8).map_err(SandboxError::Certificate)
}

fn country() -> Result<DnValue, SandboxError> {
    Ok(DnValue::PrintableString("VN".try_into().map_err(SandboxError::Certificate)?))
}

fn authority(name: &str, constraints: BasicConstraints) -> Result<CertificateParams, SandboxError> {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, country()?);
    params.distinguished_name.push(DnType::OrganizationName, "Kyso Sandbox");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, 20 * 365)?;
    Ok(params)
}

fn issuing_params() -> Result<CertificateParams, SandboxError> {
    authority("Kyso Sandbox CA", BasicConstraints::Constrained(0))
}

/// From yesterday on, for so many days, under a serial number of 128 bits.
fn valid(params: &mut CertificateParams, days: u32) -> Result<(), SandboxError> {
    let now = SystemTime::now();
    params.not_before = now.checked_sub(DAY).unwrap_or(now).into();
    params.not_after = now.checked_add(DAY.saturating_mul(days)).unwrap_or(now).into();
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|error| SandboxError::System(std::io::Error::other(error)))?;
    // Positive, and with all its digits.
    serial[0] = 0x54;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

pub(super) fn private_pem(pkcs8: &[u8]) -> String {
    armoured("PRIVATE KEY", pkcs8)
}

pub(super) fn certificate_pem(certificate: &Certificate) -> String {
    armoured("CERTIFICATE", certificate.der())
}

fn armoured(label: &str, der: &[u8]) -> String {
    let mut text = format!("-----BEGIN {label}-----\n");
    for (count, character) in STANDARD.encode(der).chars().enumerate() {
        if count > 0 && count % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push_str(&format!("\n-----END {label}-----\n"));
    text
}

/// Makes the folder, and waits until nobody else makes keys in it.
fn lock(folder: &Path) -> Result<File, SandboxError> {
    let failed = |doing| file_error(folder, doing);
    fs::create_dir_all(folder).map_err(failed("making the folder"))?;
    let lock = File::create(folder.join(".lock")).map_err(failed("making the lock file"))?;
    lock.lock().map_err(failed("locking"))?;
    Ok(lock)
}

impl Keeping {
    /// The private key of this name, PKCS#8 in DER.
    fn key(&self, name: &str, kind: Kind) -> Result<Zeroizing<Vec<u8>>, SandboxError> {
        let Self::Folder(path) = self else { return keys::generate(kind) };
        let file = path.join(format!("{name}-key.pem"));
        if let Some(text) = read(&file)? {
            return first_block(&Zeroizing::new(text)).map(Zeroizing::new);
        }
        let key = keys::generate(kind)?;
        write_private(&file, Zeroizing::new(private_pem(&key)).as_bytes())?;
        Ok(key)
    }

    /// The certificate of this name: the one that is kept, if it is this key's, this issuer's and valid
    /// for another day; otherwise a new one.
    fn certificate(
        &self,
        name: &str,
        key: &KeyPair,
        issuer: Option<&Certificate>,
        make: impl FnOnce() -> Result<rcgen::Certificate, SandboxError>,
    ) -> Result<Certificate, SandboxError> {
        use rcgen::PublicKeyData as _;
        let Self::Folder(path) = self else {
            return Ok(Certificate::from_der(make()?.der())?);
        };
        let file = path.join(format!("{name}.pem"));
        if let Some(text) = read(&file)? {
            let kept = Certificate::from_der(&first_block(&text)?)?;
            let tomorrow = unix_seconds(SystemTime::now()).saturating_add(86_400);
            let fits = kept.spki_der() == key.subject_public_key_info()
                && kept.is_valid_at(tomorrow)
                && kept.is_issued_by(issuer.unwrap_or(&kept));
            if fits {
                return Ok(kept);
            }
        }
        let made = Certificate::from_der(make()?.der())?;
        write_public(&file, certificate_pem(&made).as_bytes())?;
        Ok(made)
    }
}

fn unix_seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}

fn first_block(text: &[u8]) -> Result<Vec<u8>, SandboxError> {
    use crate::signer::SignerError;
    let block = pem::blocks(text).next().ok_or(SignerError::NoKey)?;
    let wrong = |reason: String| SandboxError::Key(SignerError::Pem { reason });
    block.map_err(|reason| wrong(reason.to_owned()))?.decode().map_err(|error| wrong(error.to_string()))
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, SandboxError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(file_error(path, "reading")(error)),
    }
}

/// Writes a file that only its owner can read.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), SandboxError> {
    put(path, bytes, true)
}

/// Writes a file that everybody may read.
pub(super) fn write_public(path: &Path, bytes: &[u8]) -> Result<(), SandboxError> {
    put(path, bytes, false)
}

/// Writes a file as a whole, or leaves it, if it is there as it should be: another sandbox may be using it,
/// and this one may be killed.
fn put(path: &Path, bytes: &[u8], is_private: bool) -> Result<(), SandboxError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    if read(path)?.is_some_and(|kept| Zeroizing::new(kept).as_slice() == bytes) {
        return Ok(());
    }
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let part = path.with_added_extension(format!("{}-{number}.part", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if is_private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = is_private;
    let written = options.open(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, path)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&part);
        file_error(path, "writing")(error)
    })
}

pub(super) fn file_error<'p>(
    path: &'p Path,
    doing: &'static str,
) -> impl Fn(std::io::Error) -> SandboxError + Copy + 'p {
    move |source| SandboxError::File { path: path.to_owned(), doing, source }
}
