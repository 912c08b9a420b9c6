//! Progress on a terminal: files, bytes, rate, time left.
//!
//! Promises: it writes to stderr only, and only when that is a terminal and `--quiet` was not asked; it leaves no
//! line behind. The bytes shown are those that count: a try that failed is taken back, a resume counts what the
//! server already had. Limits: totals are those of `progress`, and grow while documents are still rendered.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::i18n::{Lang, Messages, Value, number};
use crate::ports::{Event, Listener};

use super::progress::Progress;
use super::words;

/// Says how far the transfers are.
fn told(progress: &Progress, messages: &Messages) -> String {
    let lang = messages.lang();
    let files = number(progress.files, lang);
    let expected = number(progress.files_expected.max(progress.files + progress.failed), lang);
    let (bytes, total) = (words::size(progress.bytes, lang), words::size(progress.bytes_expected, lang));
    let mut told =
        messages.format("report-console-files", &[("done", files.into()), ("total", expected.into())]);
    told.push_str(" · ");
    if progress.bytes_expected == 0 {
        told.push_str(&bytes);
    } else {
        let values = [("done", bytes.into()), ("total", total.into())];
        told.push_str(&messages.format("report-console-bytes", &values));
    }
    if progress.failed > 0 {
        let values =
            [("count", Value::Count(progress.failed)), ("shown", number(progress.failed, lang).into())];
        told.push_str(" · ");
        told.push_str(&messages.format("report-console-failed", &values));
    }
    told
}
/// A listener that shows progress on a terminal.
#[derive(Debug)]
pub struct Console {
    bar: ProgressBar,
    progress: Mutex<Progress>,
    messages: Arc<Messages>,
}

impl Console {
    /// Shows progress on stderr, or nothing when it is no terminal or when `quiet`.
    pub fn new(messages: Arc<Messages>, quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self::on(messages, target)
    }

    /// Shows progress on a given target.
    pub fn on(messages: Arc<Messages>, target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(None, target).with_style(style(&messages));
        Self { bar, progress: Mutex::default(), messages }
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut progress);
        if self.bar.is_hidden() {
            return;
        }
        if progress.bytes_expected > 0 {
            self.bar.set_length(progress.bytes_expected.max(progress.bytes));
        }
        self.bar.set_message(told(&progress, &self.messages));
        self.bar.set_position(progress.bytes);
    }
}

impl Listener for Console {
    fn hear(&self, event: &Event) {
        match event {
            Event::TransferEnded { .. } => self.bar.finish_and_clear(),
            event => self.change(|progress| progress.add(event)),
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The bar, what was done, then the pace as it is when the line is drawn.
fn style(messages: &Arc<Messages>) -> ProgressStyle {
    let messages = Arc::clone(messages);
    let pace = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A refusal here is a line that could not be drawn: nothing is lost.
        let _undrawn = out.write_str(&pace(state, &messages));
    };
    ProgressStyle::with_template("{bar:24} {msg}{pace}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█▌░")
        .with_key("pace", pace)
}

fn pace(state: &ProgressState, messages: &Messages) -> String {
    let mut told = rate(state, messages.lang());
    let left = TimeDelta::from_std(state.eta()).unwrap_or_default();
    if state.len().is_some() && left > TimeDelta::zero() {
        told.push_str(" · ");
        told.push_str(&messages.format("report-console-left", &[("duration", words::duration(left).into())]));
    }
    told
}

/// The mean rate since the first byte.
fn rate(state: &ProgressState, lang: Lang) -> String {
    let per_second = (u128::from(state.pos()) * 1000).checked_div(state.elapsed().as_millis()).unwrap_or(0);
    match u64::try_from(per_second) {
        Ok(bytes) if bytes > 0 => format!(" · {}/s", words::size(bytes, lang)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_files_bytes_and_failures_in_the_reader_s_form() {
        let messages = Messages::new(Lang::Fr);
        let mut progress = Progress::default();
        (progress.files, progress.bytes, progress.failed) = (1, 3_200_000, 2);
        (progress.files_expected, progress.bytes_expected) = (1234, 40_000_000);
        assert_eq!(
            told(&progress, &messages),
            "1 / 1\u{202f}234 fichiers · 3,2\u{a0}Mo / 40\u{a0}Mo · 2 en échec"
        );
    }
}
