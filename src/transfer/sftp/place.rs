//! A small file over SFTP in three round trips, where step by step takes eight.
//!
//! Promises: the rename leaves only after every write, the size of the open file and its closing were answered, and the
//! answers are good; the size at the final name is asked with the rename. Each request has its own answer, by its number, in
//! any order. The order that is relied on is the protocol's: requests about one file take effect as if done in the order of
//! their sending (draft-ietf-secsh-filexfer-02, section 6.1).
//!
//! | sent together | answered |
//! |---|---|
//! | `STAT final`, `OPEN part` | attributes or no such file, a handle |
//! | `WRITE`…, `FSETSTAT` of its time, `FSTAT`, `CLOSE` | statuses, the size |
//! | `RENAME` (`posix-rename`), `STAT final` | a status, the size |
//!
//! A server whose answer is another one is spoken to step by step: for this file, and over this connection for all that
//! follow where it tells the size of an open file wrongly or not at all.

use std::sync::atomic::Ordering;

use crate::ports::{Placed, Placement, RemotePath, Session as _, TransferError};
use crate::transfer::net::count;
use crate::transfer::sftp::session::{SftpSession, second_of};
use crate::transfer::sftp::wire::{Answer, Attributes, Kind, OPEN_CREATE, OPEN_TRUNCATE, OPEN_WRITE, Packet};

impl SftpSession {
    /// Places a small file, or says that it must go step by step.
    pub(super) async fn place_together(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Placed, TransferError> {
        let whole = count(placement.content.len());
        let (found, handle) = self.look_and_open(placement).await?;
        let Some(handle) = handle else {
            // An ordinary refusal of this file: step by step says why.
            return Ok(Placed::StepByStep);
        };
        if found == Some(whole) {
            return self.call_off(&handle, placement.part).await;
        }
        if self.write_together(&handle, placement, progress).await? != Some(whole) {
            self.server.tells_open_sizes.store(false, Ordering::Relaxed);
            return Ok(Placed::StepByStep);
        }
        *renaming = true;
        let (renamed, found) = self.rename_and_look(placement).await?;
        // No file at all: a receiver took it at once, or the look came before the rename.
        let fits = found.is_none_or(|found| found == whole);
        Ok(if renamed && fits { Placed::Done } else { Placed::StepByStep })
    }

    /// Asks for the size at the final name and opens the part anew; no handle where the server refuses.
    async fn look_and_open(
        &mut self,
        Placement { part, last, .. }: Placement<'_>,
    ) -> Result<(Option<u64>, Option<Vec<u8>>), TransferError> {
        let (stat, packet) = self.packet(Kind::STAT);
        self.begin(stat, packet.bytes(last.as_str().as_bytes())).await?;
        let (open, packet) = self.packet(Kind::OPEN);
        let packet = packet.bytes(part.as_str().as_bytes()).u32(OPEN_WRITE | OPEN_CREATE | OPEN_TRUNCATE);
        self.begin(open, packet.u32(0)).await?;
        let (mut found, mut handle) = (None, None);
        for _ in 0..2 {
            match self.next_answer().await? {
                (id, Answer::Attributes(attributes)) if id == stat => found = size_in(attributes),
                (id, Answer::Handle(opened)) if id == open => handle = Some(opened),
                (id, Answer::Status(1.., _)) if id == stat || id == open => {}
                (_, other) => return Err(self.unexpected(&other)),
            }
        }
        Ok((found, handle))
    }

    /// The file stood there already: the part that was opened goes away without a byte.
    async fn call_off(&mut self, handle: &[u8], part: &RemotePath) -> Result<Placed, TransferError> {
        self.close_handle(handle).await?;
        self.remove(part).await?;
        Ok(Placed::There)
    }

    /// Writes, dates, measures and closes an open file. Gives its size as the server then knows it, where it tells.
    async fn write_together(
        &mut self,
        handle: &[u8],
        Placement { part, content, modified, .. }: Placement<'_>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Option<u64>, TransferError> {
        let mut written = Vec::new();
        let mut offset = 0;
        for block in content.chunks(self.server.block()) {
            let room = self.link.room(count(block.len()), self.deadlines.stall).await;
            let room = room.map_err(|error| self.break_with(error))?;
            let (id, packet) = self.packet(Kind::WRITE);
            self.send(id, packet.bytes(handle).u64(offset).bytes(block), Some(room)).await?;
            written.push(id);
            offset += count(block.len());
            progress(count(block.len()));
        }
        if let Some(second) = modified.and_then(second_of) {
            let (id, packet) = self.packet(Kind::SET_OPEN_STAT);
            self.begin(id, packet.bytes(handle).times(second)).await?;
        }
        let (measured, packet) = self.packet(Kind::OPEN_STAT);
        self.begin(measured, packet.bytes(handle)).await?;
        let (closed, packet) = self.packet(Kind::CLOSE);
        self.begin(closed, packet.bytes(handle)).await?;
        let mut size = None;
        let mut refused = None;
        while self.awaits() {
            match self.next_answer().await? {
                (id, Answer::Attributes(attributes)) if id == measured => size = size_in(attributes),
                (id, answer @ Answer::Status(1.., _)) if id == closed || written.contains(&id) => {
                    let error = self.unexpected(&answer);
                    refused.get_or_insert(error);
                }
                // A time that the server won't set is no failure; a size that it won't tell is asked for step by step.
                (_, Answer::Status(..)) => {}
                (_, other) => return Err(self.unexpected(&other)),
            }
        }
        match refused {
            Some(error) => Err(self.explain_write(part, error).await),
            None => Ok(size),
        }
    }

    /// Renames the part and asks for the size at the final name. Tells whether the server renamed it.
    async fn rename_and_look(
        &mut self,
        Placement { part, last, .. }: Placement<'_>,
    ) -> Result<(bool, Option<u64>), TransferError> {
        let (rename, packet) = self.rename_packet(part, last);
        self.begin(rename, packet).await?;
        let (stat, packet) = self.packet(Kind::STAT);
        self.begin(stat, packet.bytes(last.as_str().as_bytes())).await?;
        let (mut renamed, mut looked, mut found) = (false, true, None);
        while self.awaits() {
            match self.next_answer().await? {
                (id, Answer::Status(code, _)) if id == rename => renamed = code == 0,
                (id, Answer::Attributes(attributes)) if id == stat => found = size_in(attributes),
                (id, Answer::Status(2 | 10, _)) if id == stat => {}
                // Whether the file stands there isn't known: whoever looks again finds out.
                (id, Answer::Status(..)) if id == stat => looked = false,
                (_, other) => return Err(self.unexpected(&other)),
            }
        }
        Ok((renamed && looked, found))
    }

    /// Sends a request whose answer is taken later, with others.
    async fn begin(&mut self, id: u32, packet: Packet) -> Result<(), TransferError> {
        self.send(id, packet, None).await
    }

    async fn next_answer(&mut self) -> Result<(u32, Answer), TransferError> {
        self.answer(self.deadlines.reply).await
    }
}

/// The size of a file; a folder has none.
fn size_in(attributes: Attributes) -> Option<u64> {
    attributes.size_bytes.filter(|_| !attributes.is_folder())
}
