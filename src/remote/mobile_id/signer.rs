//! What the signer is asked and shown.

use super::mode::Mode;
use super::signing::{Known, Signing};
use crate::algorithm::{Digest, DigestAlgorithm};
use crate::remote::flow::{Input, InputKind};
use crate::remote::secret::Secret;

impl Signing {
    /// What the signer compares with the phone: of one digest the first two and last two bytes of its
    /// SHA-256. For several digests the known implementations disagree: none.
    pub(super) fn verification_code(&self) -> Option<String> {
        let mut digests = self.items.digests();
        let (Some(digest), None) = (digests.next(), digests.next()) else { return None };
        if !self.is_on_phone() {
            return None;
        }
        let hash: Digest = DigestAlgorithm::Sha256.hash(&digest);
        let [first, second, .., third, fourth] = hash.as_bytes() else { return None };
        Some(format!("{first:02X}{second:02X}-{third:02X}{fourth:02X}"))
    }

    fn redirect(&self) -> Option<String> {
        let oauth2 = self.service.oauth2.as_ref()?;
        let hashes = self.hashes();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("response_type", "code");
        query.append_pair("client_id", &oauth2.client_id);
        query.append_pair("redirect_uri", &oauth2.redirect_uri);
        query.append_pair("scope", "credential");
        query.append_pair("credentialID", self.credential.credential_id.as_deref().unwrap_or_default());
        query.append_pair("numSignatures", &hashes.values.len().to_string());
        query.append_pair("hash", &hashes.values.join(","));
        query.append_pair("state", &self.transaction_id);
        let mark = if oauth2.authorize_url.contains('?') { '&' } else { '?' };
        Some(format!("{}{mark}{}", oauth2.authorize_url, query.finish()))
    }

    /// The code in the address that the browser was sent to, if it is of this transaction.
    pub(super) fn redirected(&self, address: &Secret) -> Option<Secret> {
        let (_, query) = address.expose().split_once('?')?;
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let (mut code, mut state) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "code" => code = Some(Secret::new(value.into_owned())),
                "state" => state = Some(value.into_owned()),
                _ => {}
            }
        }
        code.filter(|_| state.as_deref() == Some(self.transaction_id.as_str()))
    }

    pub(super) fn code_input(&self) -> Input {
        let kind = match self.mode() {
            Some(Mode::Pin) => InputKind::Pin,
            Some(Mode::Redirect) => InputKind::Redirect { url: self.redirect().unwrap_or_default() },
            _ => InputKind::Otp,
        };
        let (message, attempts_left) = match (&self.complaint, &self.known) {
            (Some((message, left)), _) => (Some(message.clone()), *left),
            (None, Some(Known { channel: Some(channel), .. })) => {
                (Some(format!("a code was sent to {channel}")), None)
            }
            _ => (None, None),
        };
        Input { kind, message, attempts_left, refused: self.complaint.is_some() }
    }
}
