//! Where the service is, who the relying party is, and what its document leaves open.

use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};

/// Where the service is, who the relying party is, and what its document leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The address up to and without `/v1`: `https://gwsca.vnpt.vn/sca/sp769`.
    pub base_url: String,
    /// The relying party's id with VNPT, `sp_id`.
    pub sp_id: String,
    /// Which of its two ids a transaction is asked for by.
    #[serde(default, skip_serializing_if = "is_default")]
    pub status_by: StatusBy,
    /// How `time_stamp` is written, if at all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub time_stamp: TimeStamp,
    /// `file_type` of documents whose id does not end in a known file name extension. Only digests are
    /// sent, so that it is a label. Default: `pdf`.
    #[serde(default = "default_file_type")]
    pub file_type: String,
    /// Documents that one transaction may hold; the service's document names no number. Default: 1,000.
    #[serde(default = "default_most_documents")]
    pub most_documents: usize,
}

/// What stands for `{tranId}` in `v1/signatures/sign/{tranId}/status`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StatusBy {
    /// `transaction_id`, the relying party's own, as the service echoed it.
    #[default]
    TransactionId,
    /// `tran_code`, which the service gave.
    TranCode,
}

/// How `time_stamp` is written: `YYYYMMddHHmmSS` by the document's words, with a `Z` in its example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TimeStamp {
    /// Not at all: it is optional.
    #[default]
    Omitted,
    /// In UTC with `Z`: `20220316063000Z`.
    Utc,
    /// In Vietnamese time (+07:00) without a zone: `20220316133000`.
    Vietnam,
}

impl Service {
    /// The address for tests.
    pub const UAT: &str = "https://rmgateway.vnptit.vn/sca/sp769";

    /// The address for signatures that count.
    pub const PRODUCTION: &str = "https://gwsca.vnpt.vn/sca/sp769";

    /// At an address, for a relying party; the rest by default.
    #[must_use]
    pub fn new(base_url: impl Into<String>, sp_id: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            sp_id: sp_id.into(),
            status_by: StatusBy::default(),
            time_stamp: TimeStamp::default(),
            file_type: default_file_type(),
            most_documents: default_most_documents(),
        }
    }

    /// `file_type` of a document.
    pub(super) fn file_type_of(&self, document: &str) -> &str {
        let extension = document.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
        match extension.as_deref() {
            Some("pdf") => "pdf",
            Some("xml") => "xml",
            Some("json") => "json",
            Some("doc" | "docx") => "word",
            _ => &self.file_type,
        }
    }

    /// `time_stamp` at `now`.
    pub(super) fn time_stamp_at(&self, now: DateTime<Utc>) -> Option<String> {
        match self.time_stamp {
            TimeStamp::Omitted => None,
            TimeStamp::Utc => Some(now.format("%Y%m%d%H%M%SZ").to_string()),
            TimeStamp::Vietnam => {
                let zone = FixedOffset::east_opt(7 * 3600)?;
                Some(now.with_timezone(&zone).format("%Y%m%d%H%M%S").to_string())
            }
        }
    }
}

fn default_file_type() -> String {
    "pdf".to_owned()
}

const fn default_most_documents() -> usize {
    1000
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_has_defaults() {
        let service: Service =
            serde_json::from_str(r#"{"base_url":"https://ca.example","sp_id":"a"}"#).unwrap();
        assert_eq!(service, Service::new("https://ca.example", "a"));
        assert!(
            serde_json::from_str::<Service>(r#"{"base_url":"b","sp_id":"a","sp_password":"c"}"#).is_err()
        );
    }

    #[test]
    fn file_types_follow_the_name() {
        let service = Service::new("https://ca.example", "a");
        assert_eq!(service.file_type_of("hoá đơn.XML"), "xml");
        assert_eq!(service.file_type_of("a.docx"), "word");
        assert_eq!(service.file_type_of("30c-7401-2562"), "pdf");
    }

    #[test]
    fn times_are_written_as_printed() {
        let now = "2022-03-16T06:30:00Z".parse().unwrap();
        let mut service = Service::new("https://ca.example", "a");
        assert_eq!(service.time_stamp_at(now), None);
        service.time_stamp = TimeStamp::Utc;
        assert_eq!(service.time_stamp_at(now).unwrap(), "20220316063000Z");
        service.time_stamp = TimeStamp::Vietnam;
        assert_eq!(service.time_stamp_at(now).unwrap(), "20220316133000");
    }
}
