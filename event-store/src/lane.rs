//! Group commit: the commands that wait for one partition are decided one after the other and appended together.
//!
//! One lane per partition. Whoever finds the lane idle starts a task that works until nothing waits any more, so a
//! caller that goes away does not take the commands of others, or its own half-written one, with it.

use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use connections::Blocking;
use domain::Partition;
use futures_util::{
    FutureExt,
    future::{join, join_all},
};
use tokio::sync::oneshot;
use tracing::{Instrument, Span, error_span};

use crate::{
    Changes, Decision, Error, Failure, Outcome, Request, States, Store,
    batch::{Answer, Batch},
    decision::Change,
    measures::{End, Measures},
    state::{Key, Stream},
};

/// How often a command is decided anew when others are faster.
const ATTEMPTS: u32 = 3;
/// The most commands that are appended together.
const MOST_COMMANDS: usize = 128;

#[derive(Default)]
pub(crate) struct Lane {
    queue: Mutex<Queue>,
    /// The connection to wait for replicas on.
    pub(crate) waits: tokio::sync::Mutex<Option<Blocking>>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Box<dyn Pending>>,
    running: bool,
}

impl Lane {
    /// Adds a command; true when nobody is working on the lane.
    fn push(&self, pending: Box<dyn Pending>) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push_back(pending);
        !std::mem::replace(&mut queue.running, true)
    }

    /// Takes the next commands; none ends the work on the lane.
    fn take(&self) -> Vec<Box<dyn Pending>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let count = queue.waiting.len().min(MOST_COMMANDS);
        queue.running = count > 0;
        queue.waiting.drain(..count).collect()
    }

    fn put_back(&self, commands: Vec<Box<dyn Pending>>) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        for pending in commands.into_iter().rev() {
            queue.waiting.push_front(pending);
        }
    }
}

/// A command in a lane, whatever its answer is.
trait Pending: Send {
    fn request(&self) -> &Request;
    /// What is logged about it belongs there.
    fn span(&self) -> Span;
    fn decide(&mut self, states: &States<'_>) -> Result<(Changes, Option<String>), Error>;
    fn contend(&mut self) -> u32;
    fn done(self: Box<Self>);
    fn replayed(self: Box<Self>, receipt: String);
    fn failed(self: Box<Self>, failure: Failure);
}

struct Waiting<T, F> {
    request: Request,
    decide: F,
    conflicts: u32,
    answer: Option<T>,
    rejected: bool,
    measures: Arc<Measures>,
    span: Span,
    reply: oneshot::Sender<Result<Outcome<T>, Failure>>,
}

impl<T: Send, F: FnMut(&States<'_>) -> Decision<T> + Send> Pending for Waiting<T, F> {
    fn request(&self) -> &Request {
        &self.request
    }

    fn span(&self) -> Span {
        self.span.clone()
    }

    fn decide(&mut self, states: &States<'_>) -> Result<(Changes, Option<String>), Error> {
        let decide = || {
            let decision = (self.decide)(states);
            let named = |change: &Change| self.request.streams.iter().any(|stream| stream.key() == change.stream);
            assert!(decision.changes.events.iter().all(named), "a command changes only what it named");
            decision
        };
        let decision = catch_unwind(AssertUnwindSafe(decide)).map_err(|_| Error::Panicked)?;
        self.rejected = decision.rejected;
        self.answer = Some(decision.answer);
        Ok((decision.changes, decision.receipt))
    }

    fn contend(&mut self) -> u32 {
        self.conflicts += 1;
        self.conflicts
    }

    fn done(mut self: Box<Self>) {
        let answer = self.answer.take().expect("it was decided before it was written");
        self.end(Ok(Outcome::Done(answer)));
    }

    fn replayed(self: Box<Self>, receipt: String) {
        self.end(Ok(Outcome::Replayed(receipt)));
    }

    fn failed(self: Box<Self>, failure: Failure) {
        self.end(Err(failure));
    }
}

impl<T, F> Waiting<T, F> {
    fn end(self, outcome: Result<Outcome<T>, Failure>) {
        if let Some(stream) = self.request.streams.first() {
            self.measures.ended(stream.key().0, End::of(&outcome, self.rejected));
        }
        // A caller that no longer listens has gone away: its command stands all the same.
        let _ = self.reply.send(outcome);
    }
}

/// A command whose decision is in the batch, and the place of its receipt there.
type Taken = (Box<dyn Pending>, Option<usize>);

impl Store {
    /// Decides a command on the newest state of its aggregates and appends what it changes, all of it or nothing.
    ///
    /// `decide` is called again when another process was faster, so it must be free of effects.
    ///
    /// # Errors
    /// [`Failure`] says whether trying again can help. After a failure of the store the outcome is unknown, and only a
    /// repetition of an idempotent request settles it.
    ///
    /// # Panics
    /// When the request names no stream, or streams of several partitions.
    pub async fn commit<T: Send + 'static>(
        &self,
        request: Request,
        decide: impl FnMut(&States<'_>) -> Decision<T> + Send + 'static,
    ) -> Result<Outcome<T>, Failure> {
        let partition = request.partition();
        let (reply, answer) = oneshot::channel();
        let (measures, span) = (self.measures().clone(), error_span!("append", partition = %partition));
        let waiting = Box::new(Waiting {
            request,
            decide,
            conflicts: 0,
            answer: None,
            rejected: false,
            measures,
            span: span.clone(),
            reply,
        });
        if self.lane(partition).push(waiting) {
            tokio::spawn(self.clone().drain(partition));
        }
        answer.instrument(span).await.unwrap_or_else(|_| Err(Error::Abandoned.into()))
    }

    async fn drain(self, partition: Partition) {
        loop {
            let commands = self.lane(partition).take();
            if commands.is_empty() {
                return;
            }
            // A panic costs the commands of this turn, whose callers hear of it, but never the lane.
            let turn = AssertUnwindSafe(self.append_together(partition, commands)).catch_unwind();
            self.lane(partition).put_back(turn.await.unwrap_or_default());
        }
    }

    /// Runs commands to their end, and returns those that have to be decided again.
    async fn append_together(&self, partition: Partition, commands: Vec<Box<dyn Pending>>) -> Vec<Box<dyn Pending>> {
        let (memory_share, (mut batch, commands)) = join(self.memory_share(partition), self.load_for(commands)).await;
        let memory_share = match memory_share {
            Ok(share) => share,
            Err(error) => return fail(commands, &error.into()),
        };
        let (mut taken, mut again) = (Vec::<Taken>::new(), Vec::new());
        let mut commands = commands.into_iter();
        while let Some(mut pending) = commands.next() {
            let request = pending.request();
            if !self.has_room(request, memory_share) {
                pending.failed(Failure::Full);
                continue;
            }
            let repeated = request.receipt_lifetime.is_some() && batch.answers(request.context.command);
            if repeated || batch.is_full() {
                again.push(pending);
                continue;
            }
            let span = pending.span();
            match span.in_scope(|| catch_unwind(AssertUnwindSafe(|| decide_into(&mut batch, &mut *pending)))) {
                Ok(Ok(receipt)) => taken.push((pending, receipt)),
                Ok(Err(error)) => pending.failed(error.into()),
                Err(_) => {
                    // It left the batch half changed: everything else in it is decided again, without this command.
                    pending.failed(Error::Panicked.into());
                    let taken = taken.into_iter().map(|(pending, _)| pending);
                    return taken.chain(commands).chain(again).collect();
                }
            }
        }
        if !taken.is_empty() {
            again.splice(0..0, self.write(partition, batch, taken).await);
        }
        again
    }

    async fn load_for(&self, commands: Vec<Box<dyn Pending>>) -> (Batch, Vec<Box<dyn Pending>>) {
        let mut streams = HashMap::<Key, Stream>::new();
        for pending in &commands {
            streams.extend(pending.request().streams.iter().map(|stream| (stream.key(), *stream)));
        }
        let generation = self.generation();
        let loaded = join_all(streams.values().map(async |stream| {
            let snapshot = AssertUnwindSafe(self.snapshot(generation, stream)).catch_unwind().await;
            (stream, snapshot.unwrap_or(Err(Error::Panicked)))
        }))
        .await;
        let (mut batch, mut failed) = (Batch::new(self.settings().books_every, generation), HashMap::new());
        for (stream, snapshot) in loaded {
            match snapshot {
                Ok(snapshot) => batch.base(stream, snapshot),
                Err(error) => drop(failed.insert(stream.key(), Arc::new(error))),
            }
        }
        let mut loaded = Vec::with_capacity(commands.len());
        for pending in commands {
            match pending.request().streams.iter().find_map(|stream| failed.get(&stream.key())) {
                None => loaded.push(pending),
                Some(error) => pending.failed(Failure::Store(error.clone())),
            }
        }
        (batch, loaded)
    }

    async fn write(&self, partition: Partition, batch: Batch, taken: Vec<Taken>) -> Vec<Box<dyn Pending>> {
        let (generation, command, called) = (batch.generation(), batch.command(partition), Instant::now());
        let answer = self.call(generation, &command).await;
        self.measures().called(taken.len(), called.elapsed().as_secs_f64());
        let answer = match answer.and_then(|value| batch.answer(&value)) {
            // Also of what was written before: the first time, it may have been unknown.
            Ok(answer @ (Answer::Written | Answer::Answered(_))) => {
                self.replicate(generation, partition).await.map(|()| answer)
            }
            answer => answer,
        };
        match answer {
            Ok(Answer::Written) => {
                self.measures().written(&batch);
                batch.into_states().for_each(|(key, snapshot)| drop(self.keep(generation, key, snapshot)));
                taken.into_iter().for_each(|(pending, _)| pending.done());
                Vec::new()
            }
            Ok(Answer::Answered(receipts)) => {
                let mut receipts: HashMap<usize, String> = receipts.into_iter().collect();
                again(taken, |pending, place| match place.and_then(|place| receipts.remove(&place)) {
                    Some(receipt) => {
                        pending.replayed(receipt);
                        None
                    }
                    None => Some(pending),
                })
            }
            Ok(Answer::Late(now)) => again(taken, |pending, _| {
                if pending.request().not_after_ms().is_some_and(|time| time < now) {
                    pending.failed(Failure::Late);
                    return None;
                }
                Some(pending)
            }),
            Ok(Answer::Conflict(moved)) => {
                for stream in moved_streams(&taken, &moved) {
                    self.refresh(&stream).await;
                }
                let rest = again(taken, |mut pending, _| {
                    let streams = &pending.request().streams;
                    let concerned = streams.iter().any(|stream| moved.contains(&stream.key()));
                    if concerned && !pending.request().settling && pending.contend() > ATTEMPTS {
                        pending.failed(Failure::Contended);
                        return None;
                    }
                    Some(pending)
                });
                tokio::time::sleep(jitter()).await;
                rest
            }
            Err(error) if error.has_moved() => again(taken, |mut pending, _| {
                if !pending.request().settling && pending.contend() > ATTEMPTS {
                    pending.failed(Failure::Contended);
                    return None;
                }
                Some(pending)
            }),
            Err(error) => fail(taken.into_iter().map(|(pending, _)| pending), &error.into()),
        }
    }
}

/// Decides one command on the states of the batch, and puts its outcome there.
fn decide_into(batch: &mut Batch, pending: &mut dyn Pending) -> Result<Option<usize>, Error> {
    let (changes, receipt) = pending.decide(&States(batch))?;
    let request = pending.request();
    batch.take(request, changes)?;
    if let Some(time) = request.not_after_ms() {
        batch.not_after(time);
    }
    let lifetime = request.receipt_lifetime;
    Ok(lifetime.map(|lifetime| batch.take_receipt(request.context.command, receipt.unwrap_or_default(), lifetime)))
}

/// Ends commands that nothing can be decided on, none of which is to be decided again.
fn fail(commands: impl IntoIterator<Item = Box<dyn Pending>>, failure: &Failure) -> Vec<Box<dyn Pending>> {
    commands.into_iter().for_each(|pending| pending.failed(failure.clone()));
    Vec::new()
}

fn again(
    taken: Vec<Taken>,
    mut sort: impl FnMut(Box<dyn Pending>, Option<usize>) -> Option<Box<dyn Pending>>,
) -> Vec<Box<dyn Pending>> {
    taken.into_iter().filter_map(|(pending, place)| sort(pending, place)).collect()
}

fn moved_streams(taken: &[Taken], moved: &[Key]) -> Vec<Stream> {
    let streams = || taken.iter().flat_map(|(pending, _)| &pending.request().streams);
    moved.iter().filter_map(|key| streams().find(|stream| stream.key() == *key).copied()).collect()
}

/// Keeps processes that fight over one aggregate out of step.
fn jitter() -> Duration {
    Duration::from_micros(rand::random_range(0..2_000))
}
