//! SHA-256 of bytes, of files and of what flows by.

use std::io::{self, Read, Write};
use std::path::Path;

use publier_core::domain::digest::Digest;
use sha2::Digest as _;

/// Gives the SHA-256 of some bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

/// Gives the SHA-256 of a file and its size in bytes, read in blocks.
///
/// # Errors
/// When the file can't be opened or read.
pub fn sha256_of_file(path: &Path) -> io::Result<(Digest, u64)> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256Writer::new(io::sink());
    let mut block = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut block)?;
        let Some(part) = block.get(..read).filter(|part| !part.is_empty()) else { break };
        hash.write_all(part)?;
    }
    let (_, digest, size) = hash.finish();
    Ok((digest, size))
}

/// Passes what is written on to another writer, hashing and counting it.
#[derive(Debug)]
pub struct Sha256Writer<W> {
    inner: W,
    hash: sha2::Sha256,
    size_bytes: u64,
}

impl<W: Write> Sha256Writer<W> {
    /// Wraps a writer.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: sha2::Sha256::new(), size_bytes: 0 }
    }

    /// Gives the writer back, with the digest and the size in bytes of all that was written.
    pub fn finish(self) -> (W, Digest, u64) {
        (self.inner, Digest(self.hash.finalize().into()), self.size_bytes)
    }
}

impl<W: Write> Write for Sha256Writer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        let done = bytes.get(..written).unwrap_or(bytes);
        self.hash.update(done);
        self.size_bytes = self.size_bytes.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
