//! How a run is shown while it goes on: a bar on a terminal, plain lines elsewhere, nothing when that is asked for.

use std::{
    io::{self, IsTerminal, Write},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::say;
use crate::{Direction, revision::Event};

/// Where the events of a run go.
pub(super) enum Show {
    /// A bar on standard error; finished revisions as lines above it.
    Bar(ProgressBar),
    /// One line an event on standard error; finished revisions on standard output, as the result.
    Lines,
    /// Only what is waited for, on standard error.
    Waits,
    /// Nothing.
    Nothing,
}

impl Show {
    /// The way that fits the flags and the terminal.
    pub fn choose(quiet: bool, json: bool) -> Self {
        match (quiet, json) {
            (true, _) => Self::Nothing,
            (_, true) => Self::Waits,
            _ if io::stderr().is_terminal() => Self::Bar(bar()),
            _ => Self::Lines,
        }
    }

    /// Shows one event, also what is finished on standard error: the result is something else.
    pub fn aside(&self, event: Event) {
        match event {
            Event::Finished { revision, direction, took } => {
                if matches!(self, Self::Bar(_) | Self::Lines) {
                    self.err(&finished(&revision, direction, took));
                }
                self.step();
            }
            other => self.event(other),
        }
    }

    /// Shows one event.
    pub fn event(&self, event: Event) {
        match event {
            Event::Waiting { holder } => self.line(&format!("waiting: another runner is at work ({holder})")),
            Event::LockedOut { revision, attempt, pause } => self.line(&format!(
                "waiting: tables of {revision} are locked by others at attempt {attempt}, the next in {:.1} s",
                pause.as_secs_f64()
            )),
            Event::Planned { revisions } => {
                if let Self::Bar(bar) = self
                    && revisions > 0
                {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                    bar.enable_steady_tick(Duration::from_millis(120));
                    bar.set_length(bar.length().unwrap_or(0) + revisions as u64);
                }
            }
            Event::Started { revision, direction, again } => {
                if again && !matches!(self, Self::Nothing) {
                    self.line(&format!("continuing: an earlier run of {revision} did not finish"));
                }
                tracing::debug!("{direction} {revision} begins");
                if let Self::Bar(bar) = self {
                    bar.set_message(format!("{direction} {revision}"));
                }
            }
            Event::Progress { step, done, total } => match self {
                Self::Bar(bar) => bar.set_message(format!("{step}: {done} of {total}")),
                // Every tenth part, and the last: a log wants to be read.
                Self::Lines if done == total || done % Ord::max(total / 10, 1) == 0 => {
                    self.line(&format!("     {step}: {done} of {total}"));
                }
                _ => {}
            },
            Event::Finished { revision, direction, took } => {
                if matches!(self, Self::Bar(_) | Self::Lines) {
                    self.out(&finished(&revision, direction, took));
                }
                self.step();
            }
        }
    }

    fn step(&self) {
        if let Self::Bar(bar) = self {
            bar.inc(1);
        }
    }

    /// Prints a text on standard output, above the bar.
    pub fn out(&self, text: &str) {
        self.above(|| say::out(text));
    }

    /// Prints a text on standard error, above the bar.
    pub fn err(&self, text: &str) {
        self.above(|| say::err(text));
    }

    fn above(&self, print: impl FnOnce()) {
        match self {
            Self::Bar(bar) => bar.suspend(print),
            Self::Lines | Self::Waits | Self::Nothing => print(),
        }
    }

    /// A writer for the log, whose lines go above the bar.
    pub fn log(self: &Arc<Self>) -> LogLine {
        LogLine { show: Arc::clone(self), text: Vec::new() }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        if !matches!(self, Self::Nothing) {
            self.err(&format!("{text}\n"));
        }
    }
}

fn finished(revision: &str, direction: Direction, took: Duration) -> String {
    format!("{direction:4} {revision}  {} ms\n", took.as_millis())
}

/// A line of the log, written when it is complete.
pub(super) struct LogLine {
    show: Arc<Show>,
    text: Vec<u8>,
}

impl Write for LogLine {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for LogLine {
    fn drop(&mut self) {
        // Nobody is left to tell that standard error is gone.
        let write = || io::stderr().write_all(&self.text).unwrap_or_default();
        match &*self.show {
            Show::Bar(bar) => bar.suspend(write),
            _ => write(),
        }
    }
}

fn bar() -> ProgressBar {
    // Hidden until it is known that there is something to run.
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    // The template is a constant; were it wrong, the default style would do.
    if let Ok(style) = ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {elapsed} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
