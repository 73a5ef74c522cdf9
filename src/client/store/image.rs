//! Signature images of credentials.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::StoreError;
use crate::limits::Limits;
use crate::pdf::Image;

/// The most bytes of an image that the store keeps.
const LONGEST: usize = 1 << 20;

/// Images that are looked at when a folder is listed.
const MOST_CHOICES: usize = 10_000;

/// The signature image of a credential: PNG or JPEG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureImage {
    /// A file that is read when it is needed.
    File(PathBuf),
    /// Its bytes, at most 1 MiB, kept in the store.
    Data(#[serde(serialize_with = "write_base64", deserialize_with = "read_base64")] Vec<u8>),
}

impl SignatureImage {
    /// Of bytes, which the store keeps.
    ///
    /// # Errors
    /// [`StoreError::Image`], [`StoreError::ImageTooLong`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, StoreError> {
        if bytes.len() > LONGEST {
            return Err(StoreError::ImageTooLong { bytes: bytes.len(), most: LONGEST });
        }
        Image::from_bytes(&bytes, &Limits::default())?;
        Ok(Self::Data(bytes))
    }

    /// Of a file, of which the store keeps the absolute path. It must be an image now.
    ///
    /// # Errors
    /// [`StoreError::Image`]; [`StoreError::Io`] when it cannot be read.
    pub fn from_file(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Io { path: path.to_owned(), doing: "naming", source };
        let image = Self::File(std::path::absolute(path).map_err(failed)?);
        image.load(&Limits::default())?;
        Ok(image)
    }

    /// The image.
    ///
    /// # Errors
    /// [`StoreError::Image`]; [`StoreError::Io`] when its file cannot be read.
    pub fn load(&self, limits: &Limits) -> Result<Image, StoreError> {
        match self {
            Self::Data(bytes) => Ok(Image::from_bytes(bytes, limits)?),
            Self::File(path) => Ok(Image::from_bytes(&read(path, limits.image_bytes)?, limits)?),
        }
    }
}

fn read(path: &Path, most: usize) -> Result<Vec<u8>, StoreError> {
    let failed = |source| StoreError::Io { path: path.to_owned(), doing: "reading", source };
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(StoreError::NoFile { path: path.to_owned() });
    }
    let mut bytes = Vec::new();
    // One more than the limit, so that the decoder says that it is exceeded.
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path).map_err(failed)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn write_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    STANDARD.decode(text).map_err(|_| serde::de::Error::custom("the image is not base64"))
}

/// An image that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageChoice {
    /// The name of its file without the ending.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
}

/// The images of a folder, `*.png`, `*.jpg` and `*.jpeg`, in the order of their names.
///
/// # Errors
/// When the folder cannot be read.
pub fn image_choices(folder: &Path) -> io::Result<Vec<ImageChoice>> {
    let mut choices = Vec::new();
    for entry in fs::read_dir(folder)?.take(MOST_CHOICES) {
        let path = entry?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
        let is_image = matches!(ending.as_deref(), Some("png" | "jpg" | "jpeg"));
        let name = path.file_stem().and_then(|name| name.to_str()).filter(|_| is_image && path.is_file());
        if let Some(name) = name {
            choices.push(ImageChoice { name: name.to_owned(), path: path.clone() });
        }
    }
    choices.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
    Ok(choices)
}
