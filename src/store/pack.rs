//! Bytes as they are kept: compressed, and named by the hash of what they were.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use sha2::{Digest as _, Sha256};

use super::error::{Error, Result};

/// No stored piece is larger than this when unpacked.
const LARGEST: usize = 256 << 20;

/// The SHA-256 of the bytes in hexadecimal.
pub fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

thread_local! {
    /// Its tables take longer to make than most pieces to compress.
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), true));
    /// Its window is larger than most pieces.
    static UNPACKER: RefCell<Decompress> = RefCell::new(Decompress::new(true));
}

/// Compresses.
pub(super) fn pack(bytes: &[u8]) -> Vec<u8> {
    PACKER.with_borrow_mut(|packer| {
        packer.reset();
        let mut packed = Vec::with_capacity(bytes.len() / 3 + 64);
        let mut rest = bytes;
        loop {
            let before = packer.total_in();
            let status = packer.compress_vec(rest, &mut packed, FlushCompress::Finish);
            let taken = usize::try_from(packer.total_in() - before).unwrap_or(usize::MAX);
            rest = rest.get(taken..).unwrap_or_default();
            match status {
                Ok(Status::StreamEnd) => return packed,
                Ok(Status::Ok | Status::BufError) => packed.reserve(packed.capacity().max(64)),
                // It does not fail in memory; if it did, the bytes would not come back and the reader would say so.
                Err(_) => return Vec::new(),
            }
        }
    })
}

/// The way back.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>> {
    let unreadable = |why: &str| Error::Unreadable(format!("compressed bytes: {why}"));
    UNPACKER.with_borrow_mut(|unpacker| {
        unpacker.reset(true);
        let mut bytes = Vec::with_capacity(4 * packed.len() + 64);
        loop {
            let taken = usize::try_from(unpacker.total_in()).unwrap_or(usize::MAX);
            let rest = packed.get(taken..).unwrap_or_default();
            let status = unpacker.decompress_vec(rest, &mut bytes, FlushDecompress::None);
            match status.map_err(|error| unreadable(&error.to_string()))? {
                Status::StreamEnd => return Ok(bytes),
                // What room is left says that there was nothing more to read.
                Status::Ok | Status::BufError if bytes.len() < bytes.capacity() => {
                    return Err(unreadable("they end too early"));
                }
                Status::Ok | Status::BufError if bytes.len() >= LARGEST => return Err(unreadable("they are too many")),
                Status::Ok | Status::BufError => bytes.reserve(bytes.len()),
            }
        }
    })
}

/// The way back, to text.
pub(super) fn unpack_text(packed: &[u8]) -> Result<String> {
    String::from_utf8(unpack(packed)?).map_err(|error| Error::Unreadable(error.to_string()))
}

/// Bytes of several rows as one value, from which each takes its own.
#[derive(Default)]
pub(super) struct Pieces(Vec<u8>);

impl Pieces {
    /// Adds a row's bytes and says where they start, from 1, and how many they are.
    pub(super) fn add(&mut self, bytes: &[u8]) -> (usize, usize) {
        let start = self.0.len() + 1;
        self.0.extend_from_slice(bytes);
        (start, bytes.len())
    }

    /// All of them.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test says what is wrong by stopping")]

    use super::*;

    #[test]
    fn what_is_packed_comes_back_whatever_was_packed_before() {
        let noise = |length: u32| (0..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>();
        for bytes in [Vec::new(), b"short".to_vec(), noise(300_000), vec![b'a'; 1 << 20], noise(1), noise(70_000)] {
            let packed = pack(&bytes);
            assert_eq!(unpack(&packed).unwrap(), bytes, "{} bytes", bytes.len());
            assert_eq!(packed, pack(&bytes), "the same bytes are packed to the same");
        }
    }

    #[test]
    fn what_is_cut_short_or_broken_is_refused_and_the_next_is_read_all_the_same() {
        let packed = pack(&vec![b'a'; 5_000]);
        for cut in [0, 1, packed.len() / 2, packed.len() - 1] {
            assert!(unpack(&packed[..cut]).is_err(), "{cut} of {} bytes", packed.len());
            assert!(unpack(&packed).is_ok());
        }
        let mut broken = packed.clone();
        let last = broken.len() - 1;
        broken[last] ^= 1;
        assert!(unpack(&broken).is_err(), "the sum at the end is not that of the bytes");
        assert_eq!(unpack(&packed).unwrap().len(), 5_000);
    }

    #[test]
    fn what_former_versions_packed_is_read() {
        // zlib's own example of a stream that is stored and not compressed.
        let stored = [0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, b'h', b'i', 0x01, 0x3b, 0x00, 0xd2];
        assert_eq!(unpack(&stored).unwrap(), b"hi");
    }
}
