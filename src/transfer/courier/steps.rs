//! The steps of one try: what a courier asks of its session, once, without a word about what follows a failure.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use publier_core::publication::reason::TransferReason;

use crate::ports::{Event, Placed, Placement, RemoteEntry, RemotePath, TransferError, Upcoming};
use crate::transfer::courier::local::{self, LocalFile};
use crate::transfer::courier::{
    Courier, Delivered, Failure, Parcel, RESUME_BACK_BYTES, SMALL_BYTES, Small, Whereabouts, lost,
};

/// How long a small file may take to be read.
const READ_WITHIN: Duration = Duration::from_mins(1);

impl Courier {
    pub(super) async fn deliver_once(
        &mut self,
        parcel: &Parcel,
        sent: &mut bool,
    ) -> Result<Delivered, Failure> {
        if let Some(delivered) = self.place_once(parcel, sent).await? {
            return Ok(delivered);
        }
        if self.size(&parcel.remote).await? == Some(parcel.size_bytes) {
            return Ok(self.delivered(parcel, *sent));
        }
        self.send_part_once(parcel).await?;
        // From here on a lost reply may hide a rename that was done: the next try looks first.
        *sent = true;
        self.rename(parcel).await?;
        self.confirm_final(parcel).await
    }

    /// Places a small file in one go where its session can; `None` when it must go step by step. A file whose rename
    /// may have been done is looked for instead.
    async fn place_once(&mut self, parcel: &Parcel, sent: &mut bool) -> Result<Option<Delivered>, Failure> {
        if *sent || parcel.size_bytes > SMALL_BYTES || !self.session().await?.can_place() {
            return Ok(None);
        }
        self.ensure_folder_of(&parcel.remote).await?;
        self.offer_lane();
        let (content, modified) = local::read_whole(parcel).await?;
        self.dispatch.meter.wait_for(parcel.size_bytes).await;
        let part = self.dispatch.part_of(parcel);
        let dispatch = self.dispatch.clone();
        let progress = |bytes| dispatch.tell(&Event::Progress { remote: parcel.remote.clone(), bytes });
        let placement = Placement { part: &part, last: &parcel.remote, content: &content, modified };
        let (queue, behind) = (self.queue.clone(), Arc::clone(&self.behind));
        let next = || {
            let task = queue.as_ref()?.take_largest_if(|parcel| dispatch.may_follow(parcel))?;
            let upcoming =
                Upcoming { part: dispatch.part_of(&task.parcel), last: task.parcel.remote.clone() };
            *behind.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
            Some(upcoming)
        };
        let session = self.session().await?;
        let placed = session.place(placement, sent, &progress, &next).await;
        // Promise 2: what a session out of sync says confirms nothing.
        let in_sync = session.in_sync();
        let placed = placed.inspect_err(|error| self.avoid_if_silent(parcel, error))?;
        if in_sync && matches!(placed, Placed::Done) {
            self.forget_held(parcel).await;
        }
        Ok(match placed {
            Placed::Done if in_sync => Some(self.delivered(parcel, true)),
            Placed::There if in_sync => Some(self.delivered(parcel, false)),
            _ => None,
        })
    }

    pub(super) async fn promote_once(
        &mut self,
        parcel: &Parcel,
        tried: &mut bool,
    ) -> Result<Delivered, Failure> {
        match self.look_once(parcel).await? {
            Whereabouts::Final | Whereabouts::Both => Ok(self.delivered(parcel, *tried)),
            Whereabouts::Neither => {
                let words = format!("no whole part at {}", self.dispatch.part_of(parcel));
                Err(TransferError::new(TransferReason::RenameFailed, words).into())
            }
            Whereabouts::Temporary => {
                *tried = true;
                self.rename(parcel).await?;
                self.confirm_final(parcel).await
            }
        }
    }

    pub(super) async fn look_once(&mut self, parcel: &Parcel) -> Result<Whereabouts, Failure> {
        let whole = Some(parcel.size_bytes);
        let at_final = self.size(&parcel.remote).await? == whole;
        let at_part = self.size(&self.dispatch.part_of(parcel)).await? == whole;
        Ok(match (at_part, at_final) {
            (true, false) => Whereabouts::Temporary,
            (false, true) => Whereabouts::Final,
            (true, true) => Whereabouts::Both,
            (false, false) => Whereabouts::Neither,
        })
    }

    pub(super) async fn list_once(&mut self, folder: &RemotePath) -> Result<Vec<RemoteEntry>, Failure> {
        Ok(self.session().await?.list(folder).await?)
    }

    pub(super) async fn read_once(
        &mut self,
        path: &RemotePath,
        limit_bytes: usize,
    ) -> Result<Small, Failure> {
        let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
        match self.size(path).await? {
            None => return Ok(Small::Absent),
            Some(found) if found > limit => return Ok(Small::TooLong),
            Some(_) => {}
        }
        let session = self.session().await?;
        // Bounded as a whole: a server that drips a byte at a time never stalls.
        let reading = tokio::time::timeout(READ_WITHIN, session.read(path, limit_bytes));
        let Ok(content) = reading.await else {
            self.session = None;
            self.seat = None;
            let words = format!("a small file took more than {} s", READ_WITHIN.as_secs());
            return Err(TransferError::new(TransferReason::TimedOut, words).into());
        };
        let content = content?;
        // Promise 2 holds for what is read as well: out of sync, these may be another answer's bytes.
        if !session.in_sync() {
            return Err(lost("out of sync after a file was read").into());
        }
        Ok(content.map_or(Small::Absent, Small::Whole))
    }

    pub(super) async fn remove_once(&mut self, path: &RemotePath) -> Result<(), Failure> {
        Ok(self.session().await?.remove(path).await?)
    }

    /// Sends the part, from its left end where there is one, and confirms its size.
    pub(super) async fn send_part_once(&mut self, parcel: &Parcel) -> Result<(), Failure> {
        let mut local = LocalFile::open(parcel).await?;
        self.ensure_folder_of(&parcel.remote).await?;
        let part = self.dispatch.part_of(parcel);
        let left = self.size(&part).await?;
        let offset = resume_offset(parcel, left);
        if offset > 0 {
            self.dispatch.tell(&Event::Resumed {
                remote: parcel.remote.clone(),
                offset_bytes: offset,
                size_bytes: parcel.size_bytes,
            });
        }
        let mut written = self.write_from(parcel, &part, offset, &mut local).await;
        if offset > 0 && is_refused(&written) {
            // A server that refuses to go on in the middle takes the whole file.
            written = self.write_from(parcel, &part, 0, &mut local).await;
        }
        if left.is_some() && is_refused(&written) {
            // One that lets nothing be overwritten takes it where no part stands: what stands there bears our content's name.
            self.discard(&part).await;
            written = self.write_from(parcel, &part, 0, &mut local).await;
        }
        written?;
        if let Err(error) = local.confirm_unchanged(parcel).await {
            // The part no longer has the content that its name tells.
            self.discard(&part).await;
            return Err(error.into());
        }
        let found = self.size(&part).await?;
        if found != Some(parcel.size_bytes) {
            self.discard(&part).await;
            return Err(mismatch(parcel.size_bytes, found).into());
        }
        self.confirm_digest(parcel, &part).await?;
        if let Some(modified) = local.modified() {
            // Whoever finds the file finds it with its time; a server that won't set it is no failure.
            self.session().await?.set_modified(&part, modified).await?;
        }
        Ok(())
    }

    /// Compares the part with what was sent, where the server reads its own copy for us: what a dying server spoilt
    /// before the last mebibyte is seen by no size. Small files that are placed at once have their size alone.
    async fn confirm_digest(&mut self, parcel: &Parcel, part: &RemotePath) -> Result<(), Failure> {
        let session = self.session().await?;
        let found = session.sha256(part).await?;
        match found {
            Some(found) if session.in_sync() && found != parcel.digest => {
                self.discard(part).await;
                // proftpd remembers a path's hash for the rest of its session, and would give this one of the next part too.
                if let Some(session) = self.session.take() {
                    session.close().await;
                    self.seat = None;
                }
                let words = format!("SHA-256 {} sent, {found} on the server", parcel.digest);
                Err(TransferError::new(TransferReason::SizeMismatch, words).into())
            }
            _ => Ok(()),
        }
    }

    async fn write_from(
        &mut self,
        parcel: &Parcel,
        part: &RemotePath,
        offset: u64,
        local: &mut LocalFile,
    ) -> Result<(), Failure> {
        let dispatch = self.dispatch.clone();
        let taken = AtomicBool::new(false);
        let progress = |bytes| {
            taken.store(true, Ordering::Relaxed);
            dispatch.tell(&Event::Progress { remote: parcel.remote.clone(), bytes });
        };
        let content = local.from(offset, parcel.size_bytes).await?;
        let mut content = self.dispatch.meter.pace(content);
        let session = self.session().await?;
        let written = session.write(part, offset, &mut content, &progress).await;
        if let Err(error) = &written
            && !taken.load(Ordering::Relaxed)
        {
            self.avoid_if_silent(parcel, error);
        }
        Ok(written.map(|_| ())?)
    }

    /// Another try goes beside a part that made the server silent before it took a byte: it may be locked.
    fn avoid_if_silent(&self, parcel: &Parcel, error: &TransferError) {
        if error.reason == TransferReason::TimedOut {
            self.dispatch.avoid_part_of(parcel);
        }
    }

    /// Removes the part that the server held, once the file stands without it.
    async fn forget_held(&mut self, parcel: &Parcel) {
        if self.dispatch.holds(parcel) {
            self.discard(&parcel.part()).await;
        }
    }

    /// Renames the part. Where a server refuses to replace a file that is not the parcel, it is removed first.
    async fn rename(&mut self, parcel: &Parcel) -> Result<(), Failure> {
        let part = self.dispatch.part_of(parcel);
        let session = self.session().await?;
        let Err(error) = session.rename(&part, &parcel.remote).await else {
            self.forget_held(parcel).await;
            return Ok(());
        };
        let refusals =
            [TransferReason::RenameFailed, TransferReason::PermissionDenied, TransferReason::FileExists];
        let refused = refusals.contains(&error.reason) && session.in_sync();
        if !refused || session.size(&parcel.remote).await?.is_none() {
            return Err(error.into());
        }
        session.remove(&parcel.remote).await?;
        Ok(session.rename(&part, &parcel.remote).await?)
    }

    /// Looks at the final name after a rename whose reply came.
    async fn confirm_final(&mut self, parcel: &Parcel) -> Result<Delivered, Failure> {
        match self.size(&parcel.remote).await? {
            Some(found) if found == parcel.size_bytes => Ok(self.delivered(parcel, true)),
            // Renamed, by the server's own reply, after its size was confirmed: a receiver took it at once. Sending it again
            // would bring it twice.
            None => Ok(self.delivered(parcel, true)),
            found => Err(mismatch(parcel.size_bytes, found).into()),
        }
    }

    /// The end of a delivery; told only when this courier did it.
    fn delivered(&self, parcel: &Parcel, by_us: bool) -> Delivered {
        if by_us {
            self.dispatch.tell(&Event::Uploaded {
                local: parcel.local.clone(),
                remote: parcel.remote.clone(),
                size_bytes: parcel.size_bytes,
                at: self.dispatch.clock.now(),
            });
        }
        Delivered { already: !by_us, size_bytes: parcel.size_bytes }
    }

    /// Removes a part that can't be trusted; a failure leaves it to the next try, which starts over.
    async fn discard(&mut self, part: &RemotePath) {
        if let Some(session) = self.session.as_mut().filter(|session| session.in_sync()) {
            drop(session.remove(part).await);
        }
    }

    /// Makes the folders between the deposit and the file; the deposit itself must be there.
    async fn ensure_folder_of(&mut self, remote: &RemotePath) -> Result<(), Failure> {
        let mut missing = Vec::new();
        let mut folder = remote.parent();
        while let Some(current) = folder.filter(|folder| !self.dispatch.knows(folder)) {
            let below = self.dispatch.is_below_deposit(&current);
            folder = if below { current.parent() } else { None };
            missing.push((current, below));
        }
        while let Some((folder, below)) = missing.pop() {
            self.ensure_folder(&folder, below).await?;
        }
        Ok(())
    }

    async fn ensure_folder(&mut self, folder: &RemotePath, below: bool) -> Result<(), Failure> {
        let session = self.session().await?;
        let made = if below {
            session.make_folder(folder).await?
        } else if session.folder_exists(folder).await? {
            false
        } else {
            return Err(TransferError::new(TransferReason::FolderMissing, folder.as_str()).into());
        };
        if made {
            let at = self.dispatch.clock.now();
            self.dispatch.tell(&Event::FolderMade { path: folder.clone(), at });
        }
        self.dispatch.learn(folder);
        Ok(())
    }
}

/// Where to go on: 1 MiB before the end of the part. A part longer than the file is not ours to trust.
fn resume_offset(parcel: &Parcel, left: Option<u64>) -> u64 {
    left.filter(|found| *found <= parcel.size_bytes)
        .map_or(0, |found| found.saturating_sub(RESUME_BACK_BYTES))
}

/// Tells whether the server said no to this write, and not that something else is wrong.
fn is_refused(written: &Result<(), Failure>) -> bool {
    use TransferReason as R;
    let refusals = [R::ServerError, R::PermissionDenied, R::FileExists];
    matches!(written, Err(Failure::Work(error)) if refusals.contains(&error.reason))
}

fn mismatch(expected: u64, found: Option<u64>) -> TransferError {
    let found = found.map_or_else(|| "no file".to_owned(), |found| format!("{found} bytes"));
    TransferError::new(TransferReason::SizeMismatch, format!("{expected} bytes sent, {found} on the server"))
}
