//! A provider that moves no money, to play with: what becomes of an attempt is chosen by the method of payment.
//!
//! What it knows is in Redis, in keys of its own (`streams.md` describes them), so it survives every restart:
//!
//! - `payment:fake:{p}:<order>`, a hash. `<attempt>`: what it will say, and from when on. `<attempt>:captured`: what was
//!   collected; `<attempt>:left`: what of that has not gone back; `<attempt>:voided`: it was let go;
//!   `refund:<number>`: of which attempt, and how much.
//! - `callbacks:fake:{p}`, a sorted set: the callbacks that are to be sent, and when.

use std::time::Duration;

use async_trait::async_trait;
use connections::{Connection, Settings};
use domain::{Money, OrderId, Partition, text::Reason};
use redis::{AsyncCommands, RedisError, RedisResult};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Attempt, Callback, Error, Malformed, Method, Outcome, Provider, Refund};

mod calling;
mod message;
mod method;

/// Its name in paths and settings.
pub const NAME: &str = "fake";

use method::Behaviour;
pub use method::TOKENS;

/// Notes what it will say to an attempt, unless that is known or the attempt was let go; and when it calls back.
const AUTHORIZE: &str = "
    if redis.call('HEXISTS', KEYS[1], ARGV[1] .. ':voided') == 0 and redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 1 then
        for n = 4, #ARGV do redis.call('ZADD', KEYS[2], ARGV[3], ARGV[n]) end
    end";

const CAPTURE: &str = "
    if redis.call('HEXISTS', KEYS[1], ARGV[1] .. ':voided') == 1 then return 'the attempt was let go' end
    if redis.call('HSETNX', KEYS[1], ARGV[1] .. ':captured', ARGV[2]) == 1 then
        redis.call('HSET', KEYS[1], ARGV[1] .. ':left', ARGV[2])
    end";

const VOID: &str = "
    if redis.call('HEXISTS', KEYS[1], ARGV[1] .. ':captured') == 1 then return 'the attempt was collected' end
    redis.call('HSET', KEYS[1], ARGV[1] .. ':voided', 1)";

const REFUND: &str = "
    local name, what = 'refund:' .. ARGV[1], ARGV[2] .. ' ' .. ARGV[3]
    local known = redis.call('HGET', KEYS[1], name)
    if known == what then return end
    if known then return 'another refund has this number' end
    if redis.call('HEXISTS', KEYS[1], ARGV[2] .. ':captured') == 0 then return 'nothing was collected' end
    if redis.call('HINCRBY', KEYS[1], ARGV[2] .. ':left', '-' .. ARGV[3]) < 0 then
        redis.call('HINCRBY', KEYS[1], ARGV[2] .. ':left', ARGV[3])
        return 'no more can go back than was collected'
    end
    redis.call('HSET', KEYS[1], name, what)";

/// The fake provider. Clones share one connection.
#[derive(Clone)]
pub struct Fake {
    redis: Connection,
    delay: Duration,
}

/// What it will say to an attempt, and from when on. Nothing of the method of payment.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Note {
    amount: Money,
    pays: bool,
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
}

impl Fake {
    /// Keeps what it knows in the Redis at this address; connects when it is first needed. Late answers take that long.
    ///
    /// # Errors
    /// When the address is none.
    pub fn open(redis_url: &str, delay: Duration) -> RedisResult<Self> {
        Ok(Self { redis: Connection::open(redis_url, Settings::default())?, delay })
    }

    /// What was collected for an order, and what has gone back of it, over all attempts.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn books(&self, order: OrderId) -> Result<(u64, u64), Error> {
        let fields: Vec<(String, String)> = self.redis.clone().hgetall(book(order)).await.map_err(away)?;
        let sum = |kind: &str| {
            let of_kind = fields.iter().filter(|(name, _)| name.ends_with(kind));
            of_kind.filter_map(|(_, amount)| amount.parse::<u64>().ok()).sum::<u64>()
        };
        let captured = sum(":captured");
        Ok((captured, captured - sum(":left")))
    }

    async fn note(&self, attempt: Attempt) -> Result<(Option<Note>, bool), Error> {
        let number = attempt.number.to_string();
        let fields = [number.clone(), format!("{number}:voided")];
        let (note, voided): (Option<String>, Option<u8>) =
            self.redis.clone().hmget(book(attempt.order), &fields).await.map_err(away)?;
        let note = note.map(|note| serde_json::from_str(&note)).transpose();
        Ok((note.map_err(|_| Error::Refused("the attempt cannot be read".to_owned()))?, voided.is_some()))
    }

    async fn call(&self, script: &str, order: OrderId, arguments: &[String]) -> Result<(), Error> {
        let mut command = redis::cmd("EVAL");
        command.arg(script).arg(2).arg(book(order)).arg(callbacks(Partition::of(order))).arg(arguments);
        let refusal: Option<String> = command.query_async(&mut self.redis.clone()).await.map_err(away)?;
        refusal.map_or(Ok(()), |refusal| Err(Error::Refused(refusal)))
    }
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Fake")
    }
}

fn book(order: OrderId) -> String {
    format!("payment:fake:{{{}}}:{order}", Partition::of(order))
}

fn callbacks(partition: Partition) -> String {
    format!("callbacks:fake:{{{partition}}}")
}

#[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
fn away(error: RedisError) -> Error {
    Error::Away(error.to_string())
}

fn reason(text: &str) -> Reason {
    text.to_owned().try_into().expect("it is a short text")
}

#[async_trait]
impl Provider for Fake {
    fn name(&self) -> &'static str {
        NAME
    }

    fn knows(&self, method: &Method) -> bool {
        Behaviour::of(method.expose_secret()).is_some()
    }

    async fn authorize(
        &self,
        attempt: Attempt,
        amount: Money,
        by: Option<OffsetDateTime>,
        method: &Method,
    ) -> Result<Outcome, Error> {
        let behaviour = Behaviour::of(method.expose_secret());
        let behaviour =
            behaviour.ok_or_else(|| Error::Refused("it does not know this method of payment".to_owned()))?;
        let now = OffsetDateTime::now_utc();
        let from = behaviour.answers_from(now, by, self.delay);
        let note = Note { amount, pays: behaviour.pays(), from };
        let note =
            serde_json::to_string(&note).map_err(|_| Error::Refused("the amount cannot be written".to_owned()))?;
        let due = (from.unix_timestamp_nanos() / 1_000_000).to_string();
        let mut arguments = vec![attempt.number.to_string(), note, due];
        arguments.extend((1..=behaviour.calls_back()).map(|copy| format!("{attempt}/{copy}")));
        self.call(AUTHORIZE, attempt.order, &arguments).await?;
        self.ask(attempt).await
    }

    async fn capture(&self, attempt: Attempt, amount: Money) -> Result<(), Error> {
        match self.ask(attempt).await? {
            Outcome::Authorized { amount: set_aside } if set_aside == amount => {
                let arguments = [attempt.number.to_string(), amount.amount.to_string()];
                self.call(CAPTURE, attempt.order, &arguments).await
            }
            Outcome::Authorized { .. } => Err(Error::Refused("another amount was set aside".to_owned())),
            Outcome::Unknown | Outcome::Undecided | Outcome::Declined { .. } => {
                Err(Error::Refused("nothing was set aside".to_owned()))
            }
        }
    }

    async fn void(&self, attempt: Attempt) -> Result<(), Error> {
        self.call(VOID, attempt.order, &[attempt.number.to_string()]).await
    }

    async fn refund(&self, Refund { attempt, number, amount }: Refund) -> Result<(), Error> {
        let arguments = [number.to_string(), attempt.number.to_string(), amount.amount.to_string()];
        self.call(REFUND, attempt.order, &arguments).await
    }

    async fn ask(&self, attempt: Attempt) -> Result<Outcome, Error> {
        let (note, voided) = self.note(attempt).await?;
        Ok(match note {
            _ if voided => Outcome::Declined { reason: reason("The attempt was let go.") },
            None => Outcome::Unknown,
            Some(Note { from, .. }) if OffsetDateTime::now_utc() < from => Outcome::Undecided,
            Some(Note { pays: true, amount, .. }) => Outcome::Authorized { amount },
            Some(Note { pays: false, .. }) => Outcome::Declined { reason: reason("The payment was declined.") },
        })
    }

    fn read(&self, body: &[u8]) -> Result<Callback, Malformed> {
        message::read(body)
    }
}
