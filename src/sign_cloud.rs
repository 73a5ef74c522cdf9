//! `SignCloudMetaData`: the options of a signature as callers of the EFY interface write them.
//!
//! [`MetaData::from_json`] reads them as they are printed. [`PdfOptions::apply`] and
//! [`XmlOptions::signing`] turn them into a signature that this crate prepares.

pub use crate::profile::sign_cloud::{
    Line, MetaData, Options, PdfOptions, SignCloudError, TextDirection, XmlOptions,
};
