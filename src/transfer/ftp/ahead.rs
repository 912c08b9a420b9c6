//! A small file in few round trips: commands sent ahead, in the one order that servers were seen to take.
//!
//! Promises: nothing is sent between STOR and its final reply (one server would answer SIZE at once on the partial file,
//! another throws what came meanwhile away); the rename leaves only after the size was confirmed; each command has its own reply,
//! errors included. Whatever doesn't come in its order, or within [`patience`], ends the session, and from then on
//! this server is spoken to one command at a time: a stale RNFR dies with its connection.
//!
//! The order, with the round trips that each takes:
//!
//! | sent together | answered |
//! |---|---|
//! | `SIZE final`, `STOR part`; the data connection is opened at the same moment | 213 or 550, 150 |
//! | the TLS handshake, where there is one: begun before 150 is there, which a server sends once the connection reached it | |
//! | the content, `close_notify`, FIN | 226 |
//! | `SIZE part`, `EPSV` for the next file | 213, 229 |
//! | `MFMT part` or `MDTM part` where there is one, `RNFR part`, `RNTO final` | 213, 350, 250 |
//!
//! Where a small file comes behind, its first line leaves with the last one of the file before it: a file costs 4 round trips
//! over FTPS then, and 3 in clear. It is placed as soon as the rename is answered; where something else is asked first, or
//! it can't be read any more, it is called off: its transfer ends without a byte, and its part is removed.
//!
//! The first file of each connection begins by a trial of commands that change nothing, with NOOPs between slower ones: a server
//! that works on several at a time answers them out of order there, before any harm.
//!
//! Refuses files that are not small: their time goes into their bytes, and a part of them is worth going on with.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use publier_core::publication::reason::TransferReason;
use tokio::net::TcpStream;

use crate::ports::{Placed, Placement, Session as _, TransferError, Upcoming};
use crate::transfer::ftp::abilities::Sizing;
use crate::transfer::ftp::control::{Control, LEAST_PATIENCE};
use crate::transfer::ftp::data::secured;
use crate::transfer::ftp::reply::{self, Reply};
use crate::transfer::ftp::session::FtpSession;
use crate::transfer::net::{self, Wire, count, within};
use crate::transfer::reason::Doing;

/// The longest wait for a reply to commands sent ahead: a server that swallowed one never answers.
fn patience(round_trip: Duration) -> Duration {
    LEAST_PATIENCE.max(round_trip.saturating_mul(10))
}

/// The answer to SIZE: the number of bytes, or `None` for no such file. Anything else is no answer to it.
fn size_in(reply: &Reply) -> Result<Option<u64>, Astray> {
    match reply.code {
        213 => reply.text().trim().parse().map(Some).map_err(|_| Astray::Order),
        550 => Ok(None),
        _ => Err(Astray::Order),
    }
}

/// The answer to EPSV: a port, or `None` for a refusal. Anything else is no answer to it.
fn port_in(reply: &Reply) -> Result<Option<u16>, Astray> {
    match reply.code {
        229 => reply::extended_passive_port(reply.text()).map(Some).ok_or(Astray::Order),
        400.. => Ok(None),
        _ => Err(Astray::Order),
    }
}

/// A file whose first commands left with the rename of the one before it: the replies to them are still owed.
#[derive(Debug)]
pub(super) struct Started {
    temp: String,
    last: String,
    data: TcpStream,
}

impl Started {
    /// How many replies are owed: to `SIZE final` and to `STOR part`.
    pub(super) const OWED: u32 = 2;
}

/// A data connection inside TLS where the control connection is, or why it isn't.
type Secured = Result<Box<dyn Wire>, TransferError>;

/// What the first batch of a file came to.
enum Begun {
    /// The server takes the file over this connection.
    Open(Box<dyn Wire>),
    /// It needs no sending, or can't go this way.
    Over(Placed),
}

fn as_lines(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

/// What ends a file on its way.
enum Astray {
    /// The server doesn't keep the order: it is spoken to one command at a time from now on.
    Order,
    /// What can befall any command.
    Failed(TransferError),
}

impl From<TransferError> for Astray {
    fn from(error: TransferError) -> Self {
        Self::Failed(error)
    }
}

impl FtpSession {
    /// Tells whether small files may be placed by commands sent ahead.
    pub(super) fn sends_ahead(&self) -> bool {
        let able = self.may_send_ahead && self.sizing == Sizing::Size && self.in_sync();
        able && !self.door.learnt.one_by_one.load(Ordering::Relaxed)
    }

    /// Places a small file, or says that it must go step by step.
    pub(super) async fn place_ahead(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
        next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Result<Placed, TransferError> {
        if !self.sends_ahead() {
            return Ok(Placed::StepByStep);
        }
        match self.place_in_order(placement, renaming, progress, next).await {
            Ok(placed) => Ok(placed),
            Err(Astray::Failed(error)) => Err(error),
            Err(Astray::Order) => {
                self.speak_one_by_one();
                Ok(Placed::StepByStep)
            }
        }
    }

    /// Drops a session whose server doesn't keep the order.
    fn speak_one_by_one(&mut self) {
        self.door.learnt.one_by_one.store(true, Ordering::Relaxed);
        self.control.abandon();
    }

    /// Ends what was begun behind another file, where it is not placed next: without a byte, and its part is removed.
    pub(super) async fn call_off_started(&mut self) -> Result<(), TransferError> {
        let Some(Started { temp, data, .. }) = self.started.take() else { return Ok(()) };
        let ended = match self.take_up(data, true, &temp, None).await {
            Ok(Begun::Open(data)) => self.call_off(data, &temp).await.map(drop),
            Ok(Begun::Over(_)) => Ok(()),
            Err(astray) => Err(astray),
        };
        match ended {
            Ok(()) => Ok(()),
            Err(Astray::Failed(error)) => Err(error),
            Err(Astray::Order) => {
                self.speak_one_by_one();
                let words = "a file that was begun ahead was not answered in order";
                Err(TransferError::new(TransferReason::ConnectionLost, words))
            }
        }
    }

    async fn place_in_order(
        &mut self,
        placement: Placement<'_>,
        renaming: &mut bool,
        progress: &(dyn Fn(u64) + Send + Sync),
        next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Result<Placed, Astray> {
        if self.started.is_none() {
            self.renew_if_spent().await?;
        }
        let (temp, last) = (self.absolute(placement.part), self.absolute(placement.last));
        let whole = count(placement.content.len());
        let data = match self.begin(&temp, &last, whole).await? {
            Begun::Open(data) => data,
            Begun::Over(placed) => return Ok(placed),
        };
        self.send_content(placement.content, data, progress).await?;
        if self.confirm(&temp).await? != Some(whole) {
            return Ok(Placed::StepByStep);
        }
        *renaming = true;
        match self.begin_behind(next) {
            None => {
                let lines = self.rename_lines(&temp, &last, placement.modified);
                self.control.send_together(&as_lines(&lines)).await?;
                self.renamed(lines.len()).await
            }
            Some((port, temp_behind, last_behind)) => {
                let mut lines = self.rename_lines(&temp, &last, placement.modified);
                let of_the_rename = lines.len();
                lines.extend([format!("SIZE {last_behind}"), format!("STOR {temp_behind}")]);
                let (sent, data) = self.send_and_open(&as_lines(&lines), port).await;
                sent?;
                let renamed = self.renamed(of_the_rename).await?;
                match data {
                    Ok(data) => self.started = Some(Started { temp: temp_behind, last: last_behind, data }),
                    // The server may still wait for us there, and answer late: whether the file stands is looked for.
                    Err(_) => self.control.abandon(),
                }
                Ok(renamed)
            }
        }
    }

    /// Gives the port and the names of the file behind, where it can be begun now.
    fn begin_behind(
        &mut self,
        next: &(dyn Fn() -> Option<Upcoming> + Send + Sync),
    ) -> Option<(u16, String, String)> {
        if self.is_spent() {
            return None;
        }
        let (port, since) = self.next_port.take()?;
        let Some(Upcoming { part, last }) = next() else {
            self.next_port = Some((port, since));
            return None;
        };
        Some((port, self.absolute(&part), self.absolute(&last)))
    }

    /// Tries the server's order where that is due, looks at the final name and starts the transfer.
    async fn begin(&mut self, temp: &str, last: &str, whole: u64) -> Result<Begun, Astray> {
        match self.started.take() {
            Some(started) if started.temp == temp && started.last == last => {
                return self.take_up(started.data, true, temp, Some(whole)).await;
            }
            Some(started) => {
                self.started = Some(started);
                self.call_off_started().await?;
            }
            None => {}
        }
        let known = if self.keeps_order { self.take_port() } else { None };
        if let Some(number) = known {
            let size = format!("SIZE {last}");
            return self.start_ahead(number, Some(&size), temp, whole).await;
        }
        let (found, number) = self.try_order(temp, last).await?;
        if found == Some(whole) {
            self.next_port = number.map(|number| (number, Instant::now()));
            return Ok(Begun::Over(Placed::There));
        }
        match number {
            Some(number) => self.start_ahead(number, None, temp, whole).await,
            None => Ok(Begun::Over(Placed::StepByStep)),
        }
    }

    /// Sends STOR, with the look at the final name before it unless that was done, and opens the data connection meanwhile.
    async fn start_ahead(
        &mut self,
        number: u16,
        look: Option<&str>,
        temp: &str,
        whole: u64,
    ) -> Result<Begun, Astray> {
        let store = format!("STOR {temp}");
        let lines: Vec<&str> = look.into_iter().chain([store.as_str()]).collect();
        let (sent, data) = self.send_and_open(&lines, number).await;
        sent?;
        let data = match data {
            Ok(data) => data,
            Err(error) => {
                // The server may still wait for us there, and answer late.
                self.control.abandon();
                return Err(error.into());
            }
        };
        self.take_up(data, look.is_some(), temp, Some(whole)).await
    }

    /// Sends commands whose last one is STOR, and opens the data connection meanwhile.
    async fn send_and_open(
        &mut self,
        lines: &[&str],
        port: u16,
    ) -> (Result<(), TransferError>, Result<TcpStream, TransferError>) {
        let address = SocketAddr::new(self.control.peer().ip(), port);
        let opening = within(self.deadlines.connect, "connect for data", net::connect_to(address));
        let (sent, data) = tokio::join!(self.control.send_together(lines), opening);
        (sent, data.and_then(|data| data))
    }

    /// Takes the answers to the look at the final name, where there was one, and to STOR. A file of that size at its final
    /// name needs no sending.
    async fn take_up(
        &mut self,
        data: TcpStream,
        looked: bool,
        temp: &str,
        whole: Option<u64>,
    ) -> Result<Begun, Astray> {
        // A server has 150 sent once the connection reached it, a round trip and a half later: TLS begins meanwhile.
        // An ordinary refusal of this file: step by step says why.
        let Some((found, secured)) = self.answers_beside_tls(Box::new(data), looked).await? else {
            return Ok(Begun::Over(Placed::StepByStep));
        };
        match secured {
            Ok(data) if found.is_some() && found == whole => {
                Ok(Begun::Over(self.call_off(data, temp).await?))
            }
            Ok(data) => Ok(Begun::Open(data)),
            Err(error) => Err(self.after_broken_data(error, Doing::Store, true).await.into()),
        }
    }

    /// Asks what changes nothing, all together; the first time with quick commands between slower ones. Gives the size at
    /// the final name and the port for the data.
    async fn try_order(&mut self, temp: &str, last: &str) -> Result<(Option<u64>, Option<u16>), Astray> {
        let (final_size, temp_size) = (format!("SIZE {last}"), format!("SIZE {temp}"));
        let trial = [final_size.as_str(), "NOOP", &temp_size, "NOOP", "EPSV"];
        let known = [final_size.as_str(), "EPSV"];
        self.control.send_together(if self.keeps_order { &known } else { &trial }).await?;
        let found = size_in(&self.ahead_reply().await?)?;
        if !self.keeps_order {
            self.ahead_noop().await?;
            size_in(&self.ahead_reply().await?)?;
            self.ahead_noop().await?;
        }
        let port = port_in(&self.ahead_reply().await?)?;
        self.keeps_order = true;
        Ok((found, port))
    }

    async fn ahead_noop(&mut self) -> Result<(), Astray> {
        if self.ahead_reply().await?.code == 200 { Ok(()) } else { Err(Astray::Order) }
    }

    /// The file stood there already: the transfer that was begun ends without a byte, and its part is removed.
    async fn call_off(&mut self, data: Box<dyn Wire>, temp: &str) -> Result<Placed, Astray> {
        self.finish(data, Doing::Store).await?;
        self.control.command(&format!("DELE {temp}")).await?;
        Ok(Placed::There)
    }

    async fn send_content(
        &mut self,
        content: &[u8],
        mut data: Box<dyn Wire>,
        progress: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), TransferError> {
        match net::push(content, data.as_mut(), self.deadlines.stall, progress).await {
            Ok(()) => self.finish(data, Doing::Store).await,
            Err(error) => Err(self.after_broken_data(error, Doing::Store, false).await),
        }
    }

    /// Asks for the size of the part, and ahead for the port of the next file.
    async fn confirm(&mut self, temp: &str) -> Result<Option<u64>, Astray> {
        let size = format!("SIZE {temp}");
        self.control.send_together(&[&size, "EPSV"]).await?;
        let found = size_in(&self.ahead_reply().await?)?;
        let port = port_in(&self.ahead_reply().await?)?;
        self.next_port = port.map(|port| (port, Instant::now()));
        Ok(found)
    }

    /// The commands that rename the part, once it has its time: whoever finds the file finds it so.
    fn rename_lines(&self, temp: &str, last: &str, modified: Option<DateTime<Utc>>) -> Vec<String> {
        let dated = modified.and_then(|at| self.time_command(temp, at));
        dated.into_iter().chain([format!("RNFR {temp}"), format!("RNTO {last}")]).collect()
    }

    /// Takes the answers to so many of those commands.
    async fn renamed(&mut self, lines: usize) -> Result<Placed, Astray> {
        if lines > 2 {
            match self.ahead_reply().await? {
                // A time that the server won't set is no failure.
                reply if reply.is_done() || reply.code >= 400 => self.heed_time(&reply),
                _ => return Err(Astray::Order),
            };
        }
        let first = self.ahead_reply().await?.code;
        let second = self.ahead_reply().await?.code;
        match (first, second) {
            (350, 250) => Ok(Placed::Done),
            // An ordinary failure of one file; 503 where the first of the two was refused.
            (350 | 450 | 550 | 553, 400..) => Ok(Placed::StepByStep),
            _ => Err(Astray::Order),
        }
    }

    /// Waits for the answers to the look at the final name and to STOR, and goes inside TLS on the data connection meanwhile:
    /// to its end where the server takes the file. Gives the size at the final name and what came of TLS; `None` for a
    /// refusal.
    async fn answers_beside_tls(
        &mut self,
        data: Box<dyn Wire>,
        looked: bool,
    ) -> Result<Option<(Option<u64>, Secured)>, Astray> {
        let limit = self.longest_wait();
        let (control, tls, within) = (&mut self.control, self.tls.as_ref(), self.deadlines.connect);
        let answers = async {
            let found = if looked { size_in(&next_reply(control, limit).await?)? } else { None };
            Ok::<_, Astray>((found, next_reply(control, limit).await?.code))
        };
        let securing = secured(tls, data, within);
        tokio::pin!(answers, securing);
        let mut early = None;
        let (found, code) = loop {
            tokio::select! {
                biased;
                answered = &mut answers => break answered?,
                done = &mut securing, if early.is_none() => early = Some(done),
            }
        };
        match code {
            ..200 => {
                let secured = if let Some(done) = early { done } else { securing.await };
                Ok(Some((found, secured)))
            }
            400.. => Ok(None),
            _ => Err(Astray::Order),
        }
    }

    /// The longest wait for a reply to commands sent ahead.
    fn longest_wait(&self) -> Duration {
        patience(self.round_trip).min(self.deadlines.reply)
    }

    /// Waits for the next reply to commands sent ahead. One that never comes is one that the server threw away.
    async fn ahead_reply(&mut self) -> Result<Reply, Astray> {
        let limit = self.longest_wait();
        next_reply(&mut self.control, limit).await
    }
}

async fn next_reply(control: &mut Control, limit: Duration) -> Result<Reply, Astray> {
    match control.reply(limit).await {
        Ok(reply) if reply.code == 421 => Err(control.refused(&reply, Doing::Other).into()),
        Ok(reply) => Ok(reply),
        Err(error) if error.reason == TransferReason::TimedOut => Err(Astray::Order),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, text: &str) -> Reply {
        Reply { code, lines: vec![text.to_owned()] }
    }

    #[test]
    fn only_an_answer_of_its_class_is_taken_for_a_command_s() {
        assert!(matches!(size_in(&reply(213, " 42")), Ok(Some(42))));
        assert!(matches!(size_in(&reply(550, "no such file")), Ok(None)));
        assert!(matches!(size_in(&reply(229, "(|||4242|)")), Err(Astray::Order)));
        assert!(matches!(port_in(&reply(229, "(|||4242|)")), Ok(Some(4242))));
        assert!(matches!(port_in(&reply(425, "no")), Ok(None)));
        assert!(matches!(port_in(&reply(213, "42")), Err(Astray::Order)));
    }

    #[test]
    fn a_far_server_is_waited_for_longer() {
        assert_eq!(patience(Duration::from_millis(20)), Duration::from_secs(5));
        assert_eq!(patience(Duration::from_secs(1)), Duration::from_secs(10));
    }
}
