//! Commands that are appended together: their states in memory, and the one call that writes what they decided.

use std::{any::Any, collections::HashMap, sync::Arc, time::Duration};

use domain::{Partition, event};
use redis::{Cmd, FromRedisValue, Value};

use crate::{
    CommandId, Context, DueTimer, Error, Request,
    books::{self, Books},
    decision::{Change, Changes},
    keys,
    recorded::carries_forward,
    records::RecordWrite,
    state::{Key, Snapshot, Stream},
    timers::TimerChanges,
};

/// The most events of one append.
pub(crate) const MOST_EVENTS: usize = 1_000;
/// The most bytes of one event.
const MOST_BYTES: usize = 256 * 1024;

/// Commands of one partition, decided one after the other in memory.
#[derive(Default)]
pub(crate) struct Batch {
    states: HashMap<Key, Working>,
    /// The aggregates of the commands that are taken: theirs alone are checked and written.
    order: Vec<Key>,
    not_after: u64,
    receipts: Vec<(CommandId, String, Duration)>,
    records: Vec<RecordWrite>,
    fired: Vec<DueTimer>,
    count: usize,
    books_every: u64,
    /// The bytes of what is carried forward.
    carried: usize,
    generation: u64,
}

/// One aggregate while the batch is decided.
struct Working {
    base: Arc<Snapshot>,
    taken: bool,
    next: Option<Snapshot>,
    events: Vec<[String; 7]>,
}

/// What the append function said.
pub(crate) enum Answer {
    /// Everything is written.
    Written,
    /// These commands (by their place among the receipts) were answered before.
    Answered(Vec<(usize, String)>),
    /// It is later than a command allowed; this is the time, in ms since 1970.
    Late(u64),
    /// These streams are at another version than was decided on.
    Conflict(Vec<Key>),
}

impl Batch {
    /// An empty batch, which closes the books of a stream after so many events, on states of this generation or later.
    pub(crate) fn new(books_every: u64, generation: u64) -> Self {
        Self { books_every, generation, ..Self::default() }
    }

    /// Since which generation of the connection its states were read.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    /// An aggregate as the decisions so far have left it.
    pub(crate) fn current(&self, key: &Key) -> Option<&Snapshot> {
        self.states.get(key).map(Working::last)
    }

    /// Puts an aggregate under the decisions to come.
    pub(crate) fn base(&mut self, stream: &Stream, snapshot: Arc<Snapshot>) {
        let working = Working { base: snapshot, taken: false, next: None, events: Vec::new() };
        self.states.insert(stream.key(), working);
    }

    /// Whether another command still fits.
    pub(crate) const fn is_full(&self) -> bool {
        self.count >= MOST_EVENTS / 2
    }

    /// Takes what a command decided, or says what is too large about it and changes nothing.
    pub(crate) fn take(&mut self, request: &Request, changes: Changes) -> Result<(), Error> {
        if changes.events.len() > MOST_EVENTS / 2 {
            return Err(Error::TooLarge { what: "events", actual: changes.events.len(), most: MOST_EVENTS / 2 });
        }
        for Change { stored, .. } in &changes.events {
            let most = if carries_forward(&stored.kind) { books::MOST_BYTES } else { MOST_BYTES };
            if stored.data.len() > most {
                return Err(Error::TooLarge { what: "bytes in one event", actual: stored.data.len(), most });
            }
        }
        for stream in &request.streams {
            let working = self.states.get_mut(&stream.key()).expect("every stream of a command is loaded before");
            if !std::mem::replace(&mut working.taken, true) {
                self.order.push(stream.key());
            }
        }
        self.fired.extend(request.fired.clone());
        let writing = Writing::new(&request.context);
        self.count += changes.events.len();
        self.records.extend(changes.records);
        let mut changed = Vec::new();
        for change in changes.events {
            let working = self.states.get_mut(&change.stream).expect("a command changes only what it named");
            working.write(&*change.event, change.stored, writing.fields(&request.context.actor));
            if !changed.contains(&change.stream) {
                changed.push(change.stream);
            }
        }
        // After the events of the command, which tells its caller the versions that it decided.
        for stream in changed {
            self.close_books(stream, &writing);
        }
        Ok(())
    }

    /// Carries a stream forward when it has grown long. That never stands in the way of a command.
    fn close_books(&mut self, key: Key, writing: &Writing) {
        let working = self.states.get_mut(&key).expect("its events have just been written");
        let next = working.next();
        if !next.books.are_due(next.version, self.books_every) {
            return;
        }
        let Some((event, stored)) = next.state.carried_forward() else { return };
        let bytes = stored.data.len();
        if bytes > books::MOST_BYTES {
            let ((category, id), version) = (key, next.version);
            tracing::warn!(category, %id, version, bytes, "too large to be carried forward; its stream only grows");
            next.books = Books::left_open(next.version, bytes);
        } else if self.carried + bytes <= books::MOST_BYTES {
            working.write(&*event, stored, writing.fields(books::ACTOR));
            self.carried += bytes;
            self.count += 1;
        }
    }

    /// Whether a repetition of this command is already here.
    pub(crate) fn answers(&self, command: CommandId) -> bool {
        self.receipts.iter().any(|(known, ..)| *known == command)
    }

    /// Remembers the answer of a command for its repetitions, and returns the place that the append function will call
    /// it by. An empty answer is not kept, but an earlier one is still found.
    pub(crate) fn take_receipt(&mut self, command: CommandId, body: String, lifetime: Duration) -> usize {
        self.receipts.push((command, body, lifetime));
        self.receipts.len() - 1
    }

    /// Refuses the whole batch after this time, in ms since 1970.
    pub(crate) fn not_after(&mut self, time: u64) {
        self.not_after = if self.not_after == 0 { time } else { self.not_after.min(time) };
    }

    /// How many events it writes, aggregate by aggregate, with the category of each.
    pub(crate) fn written(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.order.iter().map(|key| (key.0, self.states[key].events.len()))
    }

    /// The states as they are after everything here has been written.
    pub(crate) fn into_states(self) -> impl Iterator<Item = (Key, Arc<Snapshot>)> {
        let taken = self.states.into_iter().filter(|(_, working)| working.taken);
        taken.map(|(key, working)| (key, working.next.map_or(working.base, Arc::new)))
    }

    /// The call that writes it all.
    pub(crate) fn command(&self, partition: Partition) -> Cmd {
        let mut feeds: Vec<&str> = Vec::new();
        let mut streams = Vec::with_capacity(self.order.len());
        for key in &self.order {
            let feed = feeds.iter().position(|feed| *feed == key.0).unwrap_or_else(|| {
                feeds.push(key.0);
                feeds.len() - 1
            });
            streams.push((key, feed + 1, &self.states[key]));
        }
        let timers = self.timers();
        let timer_keys = usize::from(!timers.is_empty());
        let mut cmd = redis::cmd("FCALL");
        cmd.arg(crate::library::APPEND);
        cmd.arg(streams.len() + feeds.len() + self.receipts.len() + self.records.len() + timer_keys);
        for ((category, id), ..) in &streams {
            cmd.arg(keys::stream(category, *id));
        }
        for category in &feeds {
            cmd.arg(keys::feed(category, partition));
        }
        for (command, ..) in &self.receipts {
            cmd.arg(keys::receipt(partition, command.uuid()));
        }
        for record in &self.records {
            cmd.arg(&record.key);
        }
        if timer_keys > 0 {
            cmd.arg(keys::timers(partition));
        }
        cmd.arg(self.not_after).arg(streams.len()).arg(feeds.len()).arg(self.receipts.len()).arg(self.records.len());
        cmd.arg(timer_keys);
        for ((_, id), feed, working) in &streams {
            cmd.arg(id.to_string()).arg(working.base.version).arg(feed).arg(working.events.len());
            for fields in &working.events {
                cmd.arg(fields);
            }
        }
        for (_, body, lifetime) in &self.receipts {
            cmd.arg(body).arg(lifetime.as_millis().max(1) as u64);
        }
        for record in &self.records {
            cmd.arg(record.fields.0.len());
            for (field, value) in &record.fields.0 {
                cmd.arg(field).arg(value);
            }
        }
        if timer_keys > 0 {
            cmd.arg(timers.set.len());
            for (member, due) in &timers.set {
                cmd.arg(member).arg(due);
            }
            cmd.arg(timers.removed.len()).arg(&timers.removed);
        }
        cmd
    }

    /// What the batch changes about timers: the difference between what its aggregates want before and after.
    fn timers(&self) -> TimerChanges {
        let mut changes = TimerChanges::default();
        let working = |key: &Key| self.states.get(key).expect("what is taken is loaded");
        for key in &self.order {
            let Working { base, next, .. } = working(key);
            if let Some(next) = next {
                changes.compare(key.0, key.1, &base.state.timers(), &next.state.timers());
            }
        }
        for fired in &self.fired {
            let key = self.order.iter().find(|(category, id)| *category == fired.category && *id == fired.id);
            let after = key.map(|key| working(key).last().state.timers());
            changes.remove_fired(fired, &after.unwrap_or_default());
        }
        changes
    }

    /// Reads what the append function said.
    pub(crate) fn answer(&self, value: &Value) -> Result<Answer, Error> {
        let unknown = || Error::Answer(format!("{value:?}"));
        let parts = Vec::<Value>::from_redis_value_ref(value).map_err(|_| unknown())?;
        let (head, rest) = parts.split_first().ok_or_else(unknown)?;
        // Places count from 1 over there.
        let place = |value| usize::from_redis_value_ref(value).ok()?.checked_sub(1);
        let pairs = || rest.chunks_exact(2).map(|pair| (place(&pair[0]), &pair[1]));
        match String::from_redis_value_ref(head).map_err(|_| unknown())?.as_str() {
            "ok" => Ok(Answer::Written),
            "late" => {
                let now = rest.first().and_then(|now| u64::from_redis_value_ref(now).ok());
                now.map(Answer::Late).ok_or_else(unknown)
            }
            "receipt" => pairs()
                .map(|(place, body)| place.zip(String::from_redis_value_ref(body).ok()))
                .collect::<Option<_>>()
                .map(Answer::Answered)
                .ok_or_else(unknown),
            "conflict" => pairs()
                .map(|(place, _)| self.order.get(place?).copied())
                .collect::<Option<_>>()
                .map(Answer::Conflict)
                .ok_or_else(unknown),
            _ => Err(unknown()),
        }
    }
}

impl Working {
    /// As the decisions so far have left it.
    fn last(&self) -> &Snapshot {
        self.next.as_ref().unwrap_or(&self.base)
    }

    /// The state that this batch changes. What the cache shares stays as it was, in case the append is refused.
    fn next(&mut self) -> &mut Snapshot {
        self.next.get_or_insert_with(|| self.base.copy())
    }

    fn write(&mut self, event: &dyn Any, stored: event::Stored, [at, actor, command, trace]: [String; 4]) {
        self.next().evolve(event, &stored);
        self.events.push([stored.kind, stored.schema.to_string(), at, actor, command, trace, stored.data]);
    }
}

/// What stands beside every event of one command.
struct Writing {
    at: String,
    command: String,
    trace: String,
}

impl Writing {
    fn new(context: &Context) -> Self {
        Self { at: context.written_at(), command: context.command.to_string(), trace: context.trace.clone() }
    }

    fn fields(&self, actor: &str) -> [String; 4] {
        [self.at.clone(), actor.to_owned(), self.command.clone(), self.trace.clone()]
    }
}
