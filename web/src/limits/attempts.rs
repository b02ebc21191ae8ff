//! Attempts at a secret, and the wait after failures in a row: longer each time, up to an end.

use std::fmt;

use connections::Connection;

use super::{microseconds, run};
use crate::problem::Problem;
use crate::settings::BackOff;

/// How many microseconds are still to be waited before the next attempt.
const WAIT: &str = "
local time = redis.call('TIME')
local wait = tonumber(redis.call('HGET', KEYS[1], 'until:' .. ARGV[1]) or 0) - time[1] * 1000000 - time[2]
return math.max(math.ceil(wait), 0)
";

/// Counts an attempt as a failure before it is known to be one, so that many at once are no way around it.
/// Answers how many microseconds to wait; 0 lets in.
const ATTEMPT: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local failed, waits = 'failures:' .. ARGV[1], 'until:' .. ARGV[1]
local free, first, longest = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local held = redis.call('HMGET', KEYS[1], failed, waits)
local wait = tonumber(held[2] or now) - now
if wait > 0 then return math.ceil(wait) end
local failures = tonumber(held[1] or 0) + 1
if failures >= free then
  wait = math.min(first * 2 ^ math.min(failures - free, 40), longest)
  redis.call('HSET', KEYS[1], waits, string.format('%.0f', now + wait))
end
redis.call('HSET', KEYS[1], failed, failures)
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', (longest + tonumber(ARGV[5])) / 1000 + 1))
return 0
";

/// Takes one attempt back, and the wait that it began. Where others were under way beside it, they count as if it had not been.
const TAKE_BACK: &str = "
local failed, waits = 'failures:' .. ARGV[1], 'until:' .. ARGV[1]
local failures = tonumber(redis.call('HGET', KEYS[1], failed) or 0)
if failures == 0 then return end
redis.call('HSET', KEYS[1], failed, failures - 1)
redis.call('HDEL', KEYS[1], waits)
";

/// Where failures in a row are counted: of an account or a user, and from where.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) redis: Connection,
    pub(super) what: &'static str,
    pub(super) key: String,
    /// Nothing where it does not matter.
    pub(super) from: String,
}

impl Row {
    /// Refuses whoever has to wait.
    pub(super) async fn wait(&self) -> Result<(), Problem> {
        run(&self.redis, self.what, self.script(WAIT)).await
    }

    pub(super) async fn attempt(self, back_off: BackOff) -> Result<Attempt, Problem> {
        let mut script = self.script(ATTEMPT);
        script.arg(back_off.login_failures);
        for wait in [back_off.login_first_wait, back_off.login_longest_wait, back_off.login_forgiven] {
            script.arg(microseconds(wait));
        }
        run(&self.redis, self.what, script).await?;
        Ok(Attempt(Some(self)))
    }

    fn script(&self, text: &str) -> redis::Cmd {
        let mut script = redis::cmd("EVAL");
        script.arg(text).arg(1).arg(&self.key).arg(&self.from);
        script
    }
}

/// An attempt that has been let in. It counts as failed unless it is told otherwise.
pub struct Attempt(Option<Row>);

impl Attempt {
    /// One that nobody counts.
    pub(super) const fn free() -> Self {
        Self(None)
    }

    /// It was right: all failures in a row are forgotten, from wherever.
    pub async fn succeeded(self) {
        let Some(row) = self.0 else { return };
        let mut command = redis::cmd("DEL");
        command.arg(row.key);
        tell(command.exec_async(&mut row.redis.clone()).await);
    }

    /// Nobody has come to know whether it was right: it never happened.
    pub async fn undecided(self) {
        let Some(row) = self.0 else { return };
        tell(row.script(TAKE_BACK).exec_async(&mut row.redis.clone()).await);
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(..)")
    }
}

/// A count that stands is no reason to refuse what was right.
fn tell(outcome: redis::RedisResult<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "an attempt still counts as failed");
    }
}
