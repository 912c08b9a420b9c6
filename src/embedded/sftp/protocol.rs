//! From SFTP packets to operations on the folder, and back.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use russh::ChannelStream;
use russh::server::Msg;
use russh_sftp::extensions::{FSYNC, LIMITS};
use russh_sftp::protocol::{
    Attrs, Data, ExtendedReply, File, FileAttributes, Handle, Name, OpenFlags, Packet, Status, StatusCode,
    Version,
};
use russh_sftp::server::{Config, Handler, StatusReply, run_with_config};

use super::folder::{Folder, Root, absolute};

const POSIX_RENAME: &str = "posix-rename@openssh.com";
const PACKET_LIMIT_BYTES: u32 = 512 * 1024;
/// Bytes of one read or write, as OpenSSH has it.
const BLOCK_LIMIT_BYTES: u32 = 256 * 1024;
const ANNOUNCED_HANDLES: u64 = 500;

/// Serves one SFTP session in a task of its own, until its channel ends.
pub(super) async fn run(stream: ChannelStream<Msg>, requests: Requests) {
    run_with_config(stream, requests, Config { max_client_packet_len: PACKET_LIMIT_BYTES }).await;
}

/// The requests of one session, answered in their order.
#[derive(Debug)]
pub(super) struct Requests {
    folder: Arc<Mutex<Folder>>,
}

impl Requests {
    pub(super) fn new(root: Root) -> Self {
        Self { folder: Arc::new(Mutex::new(Folder::new(root))) }
    }

    /// Does one operation where blocking is allowed.
    async fn folder<T, F>(&self, operation: F) -> Result<T, StatusReply>
    where
        T: Send + 'static,
        F: FnOnce(&mut Folder) -> io::Result<T> + Send + 'static,
    {
        let folder = Arc::clone(&self.folder);
        let done = tokio::task::spawn_blocking(move || {
            operation(&mut folder.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match done.await {
            Ok(done) => done.map_err(|error| refusal(&error)),
            Err(_) => Err(StatusCode::Failure.into()),
        }
    }

    /// Does one operation that has no result but its success.
    async fn done<F>(&self, id: u32, operation: F) -> Result<Status, StatusReply>
    where
        F: FnOnce(&mut Folder) -> io::Result<()> + Send + 'static,
    {
        self.folder(operation).await?;
        Ok(ok(id))
    }
}

fn ok(id: u32) -> Status {
    Status {
        id,
        status_code: StatusCode::Ok,
        error_message: "Success".to_owned(),
        language_tag: "en".to_owned(),
    }
}

fn refusal(error: &io::Error) -> StatusReply {
    let code = match error.kind() {
        io::ErrorKind::NotFound => StatusCode::NoSuchFile,
        io::ErrorKind::PermissionDenied => StatusCode::PermissionDenied,
        _ => StatusCode::Failure,
    };
    code.with_message(error.kind().to_string())
}

fn block_limit() -> u64 {
    u64::from(BLOCK_LIMIT_BYTES)
}

/// Cuts an SSH string off the front (RFC 4251, section 5).
fn string(bytes: &mut &[u8]) -> Option<String> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).ok()
}

fn limits() -> Vec<u8> {
    let packet = u64::from(PACKET_LIMIT_BYTES);
    [packet, block_limit(), block_limit(), ANNOUNCED_HANDLES].into_iter().flat_map(u64::to_be_bytes).collect()
}

impl Handler for Requests {
    type Error = StatusReply;

    fn unimplemented(&self) -> StatusReply {
        StatusCode::OpUnsupported.into()
    }

    async fn init(
        &mut self,
        _version: u32,
        _extensions: HashMap<String, String>,
    ) -> Result<Version, StatusReply> {
        let extensions = [POSIX_RENAME, FSYNC, LIMITS].map(|name| (name.to_owned(), "1".to_owned()));
        Ok(Version { extensions: extensions.into(), ..Version::new() })
    }

    async fn open(
        &mut self,
        id: u32,
        path: String,
        flags: OpenFlags,
        attrs: FileAttributes,
    ) -> Result<Handle, StatusReply> {
        let handle = self.folder(move |folder| folder.open(&path, flags, attrs.permissions)).await?;
        Ok(Handle { id, handle })
    }

    async fn close(&mut self, id: u32, handle: String) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.close(&handle)).await
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, len: u32) -> Result<Data, StatusReply> {
        let limit = u64::from(len).min(block_limit());
        let data = self.folder(move |folder| folder.read(&handle, offset, limit)).await?;
        if data.is_empty() { Err(StatusCode::Eof.into()) } else { Ok(Data { id, data }) }
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.write(&handle, offset, &data)).await
    }

    async fn lstat(&mut self, id: u32, path: String) -> Result<Attrs, StatusReply> {
        let attrs = self.folder(move |folder| folder.look(&path, false)).await?;
        Ok(Attrs { id, attrs })
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusReply> {
        let attrs = self.folder(move |folder| folder.look(&path, true)).await?;
        Ok(Attrs { id, attrs })
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusReply> {
        let attrs = self.folder(move |folder| folder.look_at_open(&handle)).await?;
        Ok(Attrs { id, attrs })
    }

    async fn setstat(&mut self, id: u32, path: String, attrs: FileAttributes) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.change(&path, &attrs)).await
    }

    async fn fsetstat(
        &mut self,
        id: u32,
        handle: String,
        attrs: FileAttributes,
    ) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.change_open(&handle, &attrs)).await
    }

    async fn opendir(&mut self, id: u32, path: String) -> Result<Handle, StatusReply> {
        let handle = self.folder(move |folder| folder.open_folder(&path)).await?;
        Ok(Handle { id, handle })
    }

    async fn readdir(&mut self, id: u32, handle: String) -> Result<Name, StatusReply> {
        let names = self.folder(move |folder| folder.names(&handle)).await?;
        if names.is_empty() {
            return Err(StatusCode::Eof.into());
        }
        Ok(Name { id, files: names.into_iter().map(|(name, attrs)| File::new(name, attrs)).collect() })
    }

    async fn remove(&mut self, id: u32, path: String) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.remove(&path)).await
    }

    async fn mkdir(&mut self, id: u32, path: String, _attrs: FileAttributes) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.make_folder(&path)).await
    }

    async fn rmdir(&mut self, id: u32, path: String) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.remove_folder(&path)).await
    }

    async fn realpath(&mut self, id: u32, path: String) -> Result<Name, StatusReply> {
        Ok(Name { id, files: vec![File::dummy(absolute(&path))] })
    }

    async fn rename(&mut self, id: u32, from: String, to: String) -> Result<Status, StatusReply> {
        self.done(id, move |folder| folder.rename(&from, &to, false)).await
    }

    async fn extended(&mut self, id: u32, request: String, data: Vec<u8>) -> Result<Packet, StatusReply> {
        let mut data = data.as_slice();
        let bad = || StatusReply::new(StatusCode::BadMessage);
        match request.as_str() {
            POSIX_RENAME => {
                let from = string(&mut data).ok_or_else(bad)?;
                let to = string(&mut data).ok_or_else(bad)?;
                Ok(self.done(id, move |folder| folder.rename(&from, &to, true)).await?.into())
            }
            FSYNC => {
                let handle = string(&mut data).ok_or_else(bad)?;
                Ok(self.done(id, move |folder| folder.sync(&handle)).await?.into())
            }
            LIMITS => Ok(ExtendedReply { id, data: limits() }.into()),
            _ => Err(self.unimplemented()),
        }
    }
}
