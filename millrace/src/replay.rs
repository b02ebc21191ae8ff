//! `millrace replay`: rebuild a read model beside the live one, and switch to it or back.

use std::{
    io::{self, IsTerminal, Write},
    num::NonZeroUsize,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
    time::{Duration, Instant},
};

use clap::Args;
use domain::Partition;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use projectors::replay::{self, Error, Options, Step};

use crate::{consuming::Consuming, stores::Stores};

const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// Rebuild a read model from the log beside the live one, then switch to it
#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// users, products, inventory or orders
    read_model: String,
    /// How many feeds are folded at a time; twice as many as there are cores, 16 at most, unless said otherwise
    #[arg(long)]
    partitions: Option<NonZeroUsize>,
    /// Switch without comparing the rows with a second fold of the log
    #[arg(long)]
    no_verify: bool,
    /// Leave what a broken-off replay has done, and begin again
    #[arg(long)]
    from_scratch: bool,
    /// Switch back to the generation that was live before
    #[arg(long, conflicts_with_all = ["partitions", "no_verify", "from_scratch"])]
    rollback: bool,
    /// End the generation that was live before
    #[arg(long, conflicts_with_all = ["partitions", "no_verify", "from_scratch", "rollback"])]
    drop_previous: bool,
    #[command(flatten)]
    stores: Stores,
    #[command(flatten)]
    consuming: Consuming,
}

impl Replay {
    /// Replays and switches. A replay that was broken off goes on where it was.
    ///
    /// # Errors
    /// When it cannot; what is live is as it was then.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.consuming.settings(self.stores.store()?, self.stores.database()?)?;
        let (told, name) = (Arc::new(Told::new()), &self.read_model);
        let progress: replay::Progress = Arc::new({
            let told = told.clone();
            move |step| told.step(step)
        });
        let outcome = if self.drop_previous {
            let ended = replay::drop_previous(&settings, name).await;
            ended.map(|generation| format!("{} is gone", generation.schema()))
        } else if self.rollback {
            let live = replay::roll_back(&settings, name, progress).await;
            live.map(|generation| format!("{} is live again", generation.schema()))
        } else {
            // Each waits for Redis or for Postgres half of the time.
            let usual = || (available_parallelism().map_or(1, NonZeroUsize::get) * 2).min(Partition::COUNT.into());
            let partitions = self.partitions.map_or_else(usual, NonZeroUsize::get);
            let options = Options { partitions, verify: !self.no_verify, from_scratch: self.from_scratch };
            let live = replay::replay(&settings, name, options, progress).await;
            live.map(|generation| format!("{} is live", generation.schema()))
        };
        told.finish();
        if let Err(Error::Different { differences, .. }) = &outcome {
            for difference in differences {
                writeln!(io::stdout(), "{difference}")?;
            }
        }
        writeln!(io::stdout(), "{}", outcome?)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// How far a replay has got: a bar on a terminal, lines elsewhere.
struct Told {
    bar: ProgressBar,
    stage: Mutex<Stage>,
    lines: bool,
}

/// What is being done, since when it is, and when that was said last.
struct Stage {
    name: &'static str,
    since: Instant,
    said: Instant,
}

impl Told {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg:<12} {wide_bar} {pos}/{len} {per_sec:>14} {eta:>4}");
        bar.set_style(style.expect("the template is a constant"));
        let now = Instant::now();
        let stage = Mutex::new(Stage { name: "", since: now, said: now });
        Self { bar, stage, lines: !io::stderr().is_terminal() }
    }

    fn step(&self, step: Step) {
        match step {
            Step::Reading { events } => self.enter("folding", events),
            Step::Folded { events } => {
                self.bar.inc(events);
                self.say_sometimes();
            }
            Step::Indexing => self.enter("indexing", 0),
            Step::CatchingUp { behind } => {
                self.enter("catching up", behind);
                let most = self.bar.length().unwrap_or_default().max(behind);
                self.bar.set_length(most);
                self.bar.set_position(most - behind);
                self.say_sometimes();
            }
            Step::Verifying => self.enter("verifying", 0),
            Step::Switching => self.enter("switching", 0),
        }
    }

    /// Begins a stage, unless it is under way.
    fn enter(&self, name: &'static str, length: u64) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        if stage.name == name {
            return;
        }
        if stage.name == "folding" {
            self.say(&stage);
        }
        let now = Instant::now();
        *stage = Stage { name, since: now, said: now };
        self.bar.set_message(name);
        self.bar.set_length(length);
        self.bar.reset();
        if self.lines && name != "folding" {
            writeln!(io::stderr(), "{name}").ok();
        }
    }

    fn say_sometimes(&self) {
        let mut stage = self.stage.lock().unwrap_or_else(PoisonError::into_inner);
        if stage.said.elapsed() >= BETWEEN_LINES {
            stage.said = Instant::now();
            self.say(&stage);
        }
    }

    /// A line that cannot be written is not worth stopping for.
    fn say(&self, stage: &Stage) {
        if !self.lines {
            return;
        }
        let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let rate = done as f64 / stage.since.elapsed().as_secs_f64().max(0.001);
        let left = Duration::from_secs_f64((all.saturating_sub(done)) as f64 / rate.max(1.0));
        let (name, left) = (stage.name, HumanDuration(left));
        writeln!(io::stderr(), "{name}: {done} of {all} events, {rate:.0}/s, {left} left").ok();
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
