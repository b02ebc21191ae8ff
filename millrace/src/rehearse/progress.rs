//! How far a rehearsal has got: a bar on a terminal, a line every few seconds elsewhere.

use std::{
    io::{self, IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// One stage of a rehearsal under way.
pub(super) struct Progress {
    bar: ProgressBar,
    /// When the last line was written; `None` where a bar is drawn, or nothing should be shown.
    last_line: Option<Mutex<Instant>>,
}

impl Progress {
    /// Starts a stage of so many steps.
    pub(super) fn start(stage: &'static str, steps: usize, shown: bool) -> Self {
        let bar = if shown { ProgressBar::new(steps as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{msg:<18} {wide_bar} {pos}/{len} {per_sec:>12} {eta:>4}");
        bar.set_style(style.expect("the template is a constant, and tried by every test of a rehearsal"));
        bar.set_message(stage);
        let lines = shown && !io::stderr().is_terminal();
        Self { bar, last_line: lines.then(|| Mutex::new(Instant::now())) }
    }

    /// One step further.
    pub(super) fn step(&self) {
        self.bar.inc(1);
        let Some(last_line) = &self.last_line else { return };
        let mut last_line = last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last_line.elapsed() >= BETWEEN_LINES {
            *last_line = Instant::now();
            self.say();
        }
    }

    /// Ends the stage.
    pub(super) fn finish(self) {
        if self.last_line.is_some() {
            self.say();
        }
        self.bar.finish();
    }

    /// A line that cannot be written is not worth stopping for.
    fn say(&self) {
        let (done, steps) = (self.bar.position(), self.bar.length().unwrap_or_default());
        writeln!(io::stderr(), "{}: {done} of {steps}", self.bar.message()).ok();
    }
}
