//! Bytes as they are kept: compressed, and named by the hash of what they were.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};

/// No stored piece is larger than this when unpacked.
const LARGEST: u64 = 256 << 20;

/// The SHA-256 of the bytes in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Compresses.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 4 + 64), Compression::fast());
    // Writing into memory does not fail; where it did, the bytes would not come back and the reader would say so.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// The way back.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = ZlibDecoder::new(packed).take(LARGEST).read_to_end(&mut bytes);
    read.map_err(|error| Error::Unreadable(format!("compressed bytes: {error}")))?;
    Ok(bytes)
}

/// The way back, to text.
pub(super) fn unpack_text(packed: &[u8]) -> Result<String> {
    String::from_utf8(unpack(packed)?).map_err(|error| Error::Unreadable(error.to_string()))
}
