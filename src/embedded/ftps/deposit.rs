//! The served folder, with an upload that can be cut once.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use tokio::io::{AsyncRead, ReadBuf};
use unftp_core::auth::DefaultUser;
use unftp_core::storage::{Error, ErrorKind, Fileinfo, Result, StorageBackend};
use unftp_sbe_fs::{Filesystem, Meta};

use super::super::loopback::Hangup;

/// Cuts one upload, once in the server's life.
#[derive(Debug)]
pub(super) struct Shears {
    after_bytes: u64,
    used: AtomicBool,
}

impl Shears {
    pub(super) fn new(after_bytes: u64) -> Self {
        Self { after_bytes, used: AtomicBool::new(false) }
    }

    /// Takes the only cut; false for every later upload.
    fn cut(&self) -> bool {
        !self.used.swap(true, Ordering::AcqRel)
    }
}

/// The file system of one connection.
#[derive(Debug, Clone)]
pub(super) struct Deposit {
    files: Arc<Filesystem>,
    shears: Option<Arc<Shears>>,
    hangup: Hangup,
}

impl Deposit {
    pub(super) fn new(files: Arc<Filesystem>, shears: Option<Arc<Shears>>, hangup: Hangup) -> Self {
        Self { files, shears, hangup }
    }

    /// Writes an upload to its end, to the cut (the part is then whole on disk), or to the connection's end.
    async fn receive<P, R>(&self, user: &DefaultUser, input: R, path: P, start_pos: u64) -> Result<u64>
    where
        P: AsRef<Path> + Send + Debug,
        R: AsyncRead + Send + Sync + Unpin + 'static,
    {
        let was_cut = Arc::new(AtomicBool::new(false));
        let input = Snipped::new(input, self.shears.clone(), Arc::clone(&was_cut));
        let written = self.files.put(user, input, path, start_pos).await?;
        if was_cut.load(Ordering::Acquire) {
            self.hangup.now();
            return Err(Error::from(ErrorKind::ConnectionClosed));
        }
        Ok(written)
    }
}

/// An upload that seems to end where it is cut, so that all that came before is written.
struct Snipped<R> {
    input: R,
    shears: Option<Arc<Shears>>,
    left_bytes: u64,
    was_cut: Arc<AtomicBool>,
}

impl<R: AsyncRead + Unpin> Snipped<R> {
    fn new(input: R, shears: Option<Arc<Shears>>, was_cut: Arc<AtomicBool>) -> Self {
        let left_bytes = shears.as_ref().map_or(u64::MAX, |shears| shears.after_bytes);
        Self { input, shears, left_bytes, was_cut }
    }

    /// Reads at most `limit` bytes and gives how many came.
    fn read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        limit: usize,
    ) -> Poll<std::io::Result<u64>> {
        let room = buf.remaining().min(limit);
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        ready!(Pin::new(&mut self.input).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        buf.advance(read);
        Poll::Ready(Ok(u64::try_from(read).unwrap_or(u64::MAX)))
    }

    /// At the cut: one byte more tells a larger upload from one that ends here.
    fn at_the_cut(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let filled = buf.filled().len();
        let more = ready!(self.read(cx, buf, 1))?;
        if more > 0 && self.shears.as_ref().is_some_and(|shears| shears.cut()) {
            buf.set_filled(filled);
            self.was_cut.store(true, Ordering::Release);
        }
        self.left_bytes = u64::MAX;
        Poll::Ready(Ok(()))
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Snipped<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if this.was_cut.load(Ordering::Acquire) || buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if this.left_bytes == 0 {
            return this.at_the_cut(cx, buf);
        }
        let limit = usize::try_from(this.left_bytes).unwrap_or(usize::MAX);
        let read = ready!(this.read(cx, buf, limit))?;
        this.left_bytes = this.left_bytes.saturating_sub(read);
        Poll::Ready(Ok(()))
    }
}

#[async_trait]
impl StorageBackend<DefaultUser> for Deposit {
    type Metadata = Meta;

    fn supported_features(&self) -> u32 {
        StorageBackend::<DefaultUser>::supported_features(&*self.files)
    }

    async fn metadata<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, path: P) -> Result<Meta> {
        self.files.metadata(user, path).await
    }

    async fn list<P: AsRef<Path> + Send + Debug>(
        &self,
        user: &DefaultUser,
        path: P,
    ) -> Result<Vec<Fileinfo<PathBuf, Meta>>> {
        self.files.list(user, path).await
    }

    async fn get<P: AsRef<Path> + Send + Debug>(
        &self,
        user: &DefaultUser,
        path: P,
        start_pos: u64,
    ) -> Result<Box<dyn AsyncRead + Send + Sync + Unpin>> {
        self.files.get(user, path, start_pos).await
    }

    async fn put<P, R>(&self, user: &DefaultUser, input: R, path: P, start_pos: u64) -> Result<u64>
    where
        P: AsRef<Path> + Send + Debug,
        R: AsyncRead + Send + Sync + Unpin + 'static,
    {
        tokio::select! {
            received = self.receive(user, input, path, start_pos) => received,
            () = self.hangup.gone() => Err(Error::from(ErrorKind::ConnectionClosed)),
        }
    }

    async fn del<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.del(user, path).await
    }

    async fn mkd<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.mkd(user, path).await
    }

    async fn rename<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, from: P, to: P) -> Result<()> {
        self.files.rename(user, from, to).await
    }

    async fn rmd<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.rmd(user, path).await
    }

    async fn cwd<P: AsRef<Path> + Send + Debug>(&self, user: &DefaultUser, path: P) -> Result<()> {
        self.files.cwd(user, path).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    async fn upload(bytes: &'static [u8], shears: &Arc<Shears>) -> (Vec<u8>, bool) {
        let was_cut = Arc::new(AtomicBool::new(false));
        let mut input = Snipped::new(bytes, Some(Arc::clone(shears)), Arc::clone(&was_cut));
        let mut received = Vec::new();
        input.read_to_end(&mut received).await.unwrap();
        (received, was_cut.load(Ordering::Acquire))
    }

    #[tokio::test]
    async fn only_the_first_larger_upload_is_cut_and_exactly_there() {
        let shears = Arc::new(Shears::new(4));
        assert_eq!(upload(b"abc", &shears).await, (b"abc".to_vec(), false));
        assert_eq!(upload(b"abcd", &shears).await, (b"abcd".to_vec(), false));
        assert_eq!(upload(b"abcdef", &shears).await, (b"abcd".to_vec(), true));
        assert_eq!(upload(b"abcdef", &shears).await, (b"abcdef".to_vec(), false));
    }
}
