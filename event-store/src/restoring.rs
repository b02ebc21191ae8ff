//! Filling an empty Redis from an archive, with the ids that everything had.

use std::time::Duration;

use connections::{Connection, Node};
use domain::Partition;
use redis::{Arg, AsyncCommands, Cmd, Pipeline};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{DueTimer, Error, Feed, Positioned, Record, Recorded, Store, keys, library};

/// How many writes are sent at once, and how many bytes.
const MOST_WRITES: usize = 1_000;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How long Redis may take for them.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many keys are looked at or deleted at once.
const KEYS: usize = 1_000;

/// Writes what an archive holds into an empty Redis. Until it has [finished](Restoring::finish), the store refuses every
/// command, so that nobody works on half a log.
pub struct Restoring {
    store: Store,
    redis: Connection,
    /// Tells this attempt from others.
    name: String,
    writes: Pipeline,
    bytes: usize,
}

impl Store {
    /// Begins to restore into this Redis. What an earlier attempt has left behind is deleted first.
    ///
    /// # Errors
    /// When Redis does not answer or already holds a log.
    pub async fn restoring(&self) -> Result<Restoring, Error> {
        let mut redis = self.redis().patient(PATIENCE)?;
        let interrupted = library::is_restoring(&mut redis).await?;
        let name = format!("{} {}", OffsetDateTime::now_utc(), Uuid::now_v7());
        let _: u64 = redis.hset(keys::STORE, library::RESTORING, &name).await?;
        // Whoever appends finds no function, looks why, and is refused.
        library::unload(&redis.masters().await?).await?;
        let mut restoring = Restoring { store: self.clone(), redis, name, writes: redis::pipe(), bytes: 0 };
        // Looked at when nobody can append any more.
        match restoring.clear(interrupted).await {
            Err(refused @ Error::NotEmpty { .. }) => {
                restoring.open().await?;
                Err(refused)
            }
            cleared => cleared.map(|()| restoring),
        }
    }
}

impl Restoring {
    /// Writes the events of one aggregate, which begin where a fold can begin.
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn restore_stream(&mut self, category: &str, id: Uuid, events: &[Recorded]) -> Result<(), Error> {
        let key = keys::stream(category, id);
        for event in events {
            let mut entry = redis::cmd("XADD");
            entry.arg(&key).arg(format!("{}-0", event.version));
            self.write(with_fields(entry, event)).await?;
        }
        Ok(())
    }

    /// Writes events of one feed, in their order.
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn restore_feed(&mut self, feed: Feed, events: &[Positioned]) -> Result<(), Error> {
        let key = feed.key();
        for Positioned { position, event } in events {
            let mut entry = redis::cmd("XADD");
            entry.arg(&key).arg(format!("{position}-0"));
            entry.arg("id").arg(event.id.to_string()).arg("version").arg(event.version);
            self.write(with_fields(entry, event)).await?;
        }
        Ok(())
    }

    /// Writes the personal fields of one aggregate.
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn restore_private(&mut self, category: &str, id: Uuid, record: &Record) -> Result<(), Error> {
        self.record(keys::private(category, id), record).await
    }

    /// Writes what proves that a user is who they say.
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn restore_credential(&mut self, user: Uuid, record: &Record) -> Result<(), Error> {
        self.record(keys::credential(user), record).await
    }

    /// Sets timers: those that the restored aggregates want, see [`DueTimer::of`].
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn restore_timers(&mut self, timers: &[DueTimer]) -> Result<(), Error> {
        for timer in timers {
            let key = keys::timers(Partition::of(timer.id));
            self.write(Cmd::zadd(key, timer.member(), timer.score())).await?;
        }
        Ok(())
    }

    /// Lets the store take commands again, once everything is written.
    ///
    /// # Errors
    /// When Redis does not answer or refuses; also for what was written before.
    pub async fn finish(mut self) -> Result<(), Error> {
        self.flush().await?;
        let name: Option<String> = self.redis.hget(keys::STORE, library::RESTORING).await?;
        if name.as_ref() != Some(&self.name) {
            return Err(Error::Restoring);
        }
        self.open().await
    }

    async fn open(&mut self) -> Result<(), Error> {
        let _: u64 = self.redis.hdel(keys::STORE, library::RESTORING).await?;
        self.store.prepare().await
    }

    async fn record(&mut self, key: String, record: &Record) -> Result<(), Error> {
        if record.0.is_empty() {
            return Ok(());
        }
        let mut write = redis::cmd("HSET");
        write.arg(key);
        for (field, value) in &record.0 {
            write.arg(field).arg(value);
        }
        self.write(write).await
    }

    async fn write(&mut self, command: Cmd) -> Result<(), Error> {
        self.bytes += size(&command);
        self.writes.add_command(command).ignore();
        if self.writes.len() >= MOST_WRITES || self.bytes >= MOST_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.writes.is_empty() {
            return Ok(());
        }
        let writes = std::mem::replace(&mut self.writes, redis::pipe());
        self.bytes = 0;
        Ok(writes.query_async(&mut self.redis).await?)
    }

    /// Makes sure that there is no log here, by deleting what there is of it, or by refusing to.
    async fn clear(&mut self, delete: bool) -> Result<(), Error> {
        for master in self.redis.masters().await? {
            self.clear_master(master, delete).await?;
        }
        Ok(())
    }

    async fn clear_master(&mut self, mut master: Node, delete: bool) -> Result<(), Error> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("SCAN");
            scan.arg(cursor).arg("COUNT").arg(KEYS);
            let (next, mut found): (u64, Vec<String>) = scan.query_async(&mut master).await?;
            found.retain(|key| belongs_to_log(key));
            if delete && !found.is_empty() {
                // Each by itself: together they are in several slots.
                let mut unlink = redis::pipe();
                for key in &found {
                    unlink.unlink(key).ignore();
                }
                unlink.exec_async(&mut master).await?;
            } else {
                for key in found {
                    // A consumer that waits for its first event has made an empty feed.
                    if !key.starts_with("feed:") || self.store.last_number(&key).await? > 0 {
                        return Err(Error::NotEmpty { key });
                    }
                }
            }
            cursor = next;
            if cursor == 0 {
                return Ok(());
            }
        }
    }
}

/// Whether a key is one of those that are restored. Receipts are not: they were answers of the former store.
fn belongs_to_log(key: &str) -> bool {
    match key.split(':').collect::<Vec<_>>()[..] {
        ["feed" | "private" | "credential" | "timers", ..] => true,
        [family, partition, _] => family != "receipt" && partition.starts_with('{'),
        _ => false,
    }
}

fn with_fields(mut entry: Cmd, event: &Recorded) -> Cmd {
    let schema = event.schema.to_string();
    let Recorded { kind, at, actor, command, trace, data, .. } = event;
    entry.arg("type").arg(kind).arg("schema").arg(schema).arg("at").arg(at).arg("actor").arg(actor);
    entry.arg("command").arg(command).arg("trace").arg(trace).arg("data").arg(data);
    entry
}

/// The bytes of a command's arguments.
fn size(command: &Cmd) -> usize {
    let arguments = command.args_iter();
    arguments.map(|argument| if let Arg::Simple(bytes) = argument { bytes.len() } else { 0 }).sum()
}
