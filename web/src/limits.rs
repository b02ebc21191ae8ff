//! How often somebody may do something: rates, and the wait after failed logins.
//!
//! The counts are keys of Redis, `limit:<what>:<keyed hash of whom>`, that expire by themselves; each look at one is one
//! atomic script by the clock of Redis, so any number of processes share them. What a busy user may do is lent to a process, some
//! at a time. Where Redis is down nothing else is let
//! through: whatever is limited needs Redis anyway.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connections::Connection;
use redis::RedisResult;
use tokio::time::Instant;
use uuid::Uuid;

use crate::address::ClientAddress;
use crate::problem::Problem;
use crate::secret::{Keyed, Secret};
use crate::settings::{self, Rate, Switch};

mod attempts;
mod lent;

pub use attempts::Attempt;
use attempts::Row;
use lent::Lent;

/// The generic cell rate algorithm: the key holds the time at which everything so far would have been let in evenly.
/// Answers how many microseconds to wait; 0 lets in, and -n lets n more in later, of those that were wished for: no more than an
/// eighth of what is left. (Redis writes large numbers of Lua as 3.6e+6, which it does not read.)
const LET_IN: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + interval
local wait = arrival - burst * interval - now
if wait > 0 then return math.ceil(wait) end
local lent = math.min(tonumber(ARGV[3]), math.floor(-wait / interval / 8))
arrival = arrival + lent * interval
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', string.format('%.0f', (arrival - now) / 1000 + 1))
return -lent
";

const LOGIN_ADDRESS: &str = "login-address";
const LOGIN_ACCOUNT: &str = "login-account";
const LOGIN_FAILURES: &str = "login-failures";
const CODE_FAILURES: &str = "code-failures";
const PROOF_FAILURES: &str = "proof-failures";
const USED: &str = "used";

/// Every limit that somebody may run into.
const ALL: [&str; 15] = [
    LOGIN_ADDRESS,
    LOGIN_ACCOUNT,
    LOGIN_FAILURES,
    CODE_FAILURES,
    PROOF_FAILURES,
    "code",
    "proof",
    "signup",
    "forgot",
    "resend",
    "mail-address",
    "refresh",
    "messages",
    "typing",
    "commands",
];

/// The limits of a shop. Clones share everything.
#[derive(Clone)]
pub struct Limits {
    redis: Connection,
    keyed: Keyed,
    settings: settings::Limits,
    /// The hash of the script that is run with every command.
    let_in: Arc<str>,
    lent: Arc<Lent>,
}

impl Limits {
    /// Keeps the counts in this Redis.
    #[must_use]
    pub fn new(redis: Connection, secret: &Secret, settings: settings::Limits) -> Self {
        for what in ALL {
            metrics::counter!("rate_limited_total", "limit" => what).increment(0);
        }
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, LET_IN.as_bytes());
        let let_in = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
        Self { redis, keyed: secret.derive("limits"), settings, let_in, lent: Arc::new(Lent::new()) }
    }

    /// A login from an address to an account, by its normalised e-mail address, whether or not it has one. Failures in a row
    /// make that address wait.
    ///
    /// # Errors
    /// A 429 when there were too many or too many have failed, a 503 when Redis does not answer.
    pub async fn log_in(&self, address: ClientAddress, account: &str) -> Result<Attempt, Problem> {
        self.let_in(LOGIN_ADDRESS, &of_address(address), self.settings.limit_login_address).await?;
        let from = URL_SAFE_NO_PAD.encode(self.keyed.hash(&[LOGIN_FAILURES.as_bytes(), &of_address(address)]));
        let limit = self.settings.limit_login_account;
        self.attempt((LOGIN_FAILURES, from), (LOGIN_ACCOUNT, limit), account.as_bytes()).await
    }

    /// A code of the second factor, by which whoever knows a user's password goes on to log in. Failures in a row make
    /// everybody wait who knows it.
    ///
    /// # Errors
    /// A 429 when there were too many or too many have failed, a 503 when Redis does not answer.
    pub async fn try_code(&self, user: Uuid) -> Result<Attempt, Problem> {
        let limit = self.settings.limit_proof;
        self.attempt((CODE_FAILURES, String::new()), ("code", limit), user.as_bytes()).await
    }

    /// A password or code by which a signed-in user proves to be themselves once more. Failures in a row make them wait.
    ///
    /// # Errors
    /// A 429 when there were too many or too many have failed, a 503 when Redis does not answer.
    pub async fn prove(&self, user: Uuid) -> Result<Attempt, Problem> {
        let limit = self.settings.limit_proof;
        self.attempt((PROOF_FAILURES, String::new()), ("proof", limit), user.as_bytes()).await
    }

    /// A login from an address that needs no password, to one of the accounts that everybody shares in a demo shop.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn log_in_to_demo(&self, address: ClientAddress) -> Result<(), Problem> {
        self.let_in(LOGIN_ADDRESS, &of_address(address), self.settings.limit_login_address).await
    }

    /// Whoever reads the account's mail has set a new password: nothing that strangers did keeps them out.
    ///
    /// # Errors
    /// A 503 when Redis does not answer.
    pub async fn reset(&self, user: Uuid, account: &str) -> Result<(), Problem> {
        let mut pipe = redis::pipe();
        for (what, whom) in [(LOGIN_FAILURES, account.as_bytes()), (LOGIN_ACCOUNT, account.as_bytes())] {
            pipe.cmd("DEL").arg(self.key(what, whom));
        }
        for what in [CODE_FAILURES, PROOF_FAILURES] {
            pipe.cmd("DEL").arg(self.key(what, user.as_bytes()));
        }
        pipe.exec_async(&mut self.redis.clone()).await.map_err(Problem::unavailable)
    }

    /// A sign-up from an address.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn sign_up(&self, address: ClientAddress) -> Result<(), Problem> {
        self.let_in("signup", &of_address(address), self.settings.limit_signup).await
    }

    /// A mail to an account, by its normalised e-mail address, to set a new password, which somebody at an address asks for.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn forgot(&self, address: ClientAddress, account: &str) -> Result<(), Problem> {
        self.ask_for_mail(address).await?;
        self.let_in("forgot", account.as_bytes(), self.settings.limit_forgot).await
    }

    /// Another mail to an account, by its normalised e-mail address, to verify it, which somebody at an address asks for.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn resend(&self, address: ClientAddress, account: &str) -> Result<(), Problem> {
        self.ask_for_mail(address).await?;
        self.let_in("resend", account.as_bytes(), self.settings.limit_resend).await
    }

    /// Nobody floods all the others with three mails each.
    async fn ask_for_mail(&self, address: ClientAddress) -> Result<(), Problem> {
        self.let_in("mail-address", &of_address(address), self.settings.limit_mail_address).await
    }

    /// A refresh of a session.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn refresh(&self, session: Uuid) -> Result<(), Problem> {
        self.let_in("refresh", session.as_bytes(), self.settings.limit_refresh).await
    }

    /// A message that a user writes about an order.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn message(&self, user: Uuid) -> Result<(), Problem> {
        self.let_in("messages", user.as_bytes(), self.settings.limit_messages).await
    }

    /// A user who says that they are writing one.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn typing(&self, user: Uuid) -> Result<(), Problem> {
        self.let_in("typing", user.as_bytes(), self.settings.limit_typing).await
    }

    /// Any other command of a user. Redis lends to a process what a busy user may do, so that it is not asked each time.
    ///
    /// # Errors
    /// A 429 when there were too many, a 503 when Redis does not answer.
    pub async fn command(&self, user: Uuid) -> Result<(), Problem> {
        if self.settings.rate_limits == Switch::Off {
            return Ok(());
        }
        let (key, limit) = (self.key("commands", user.as_bytes()), self.settings.limit_commands);
        let lent = self.lent.to(&key);
        let mut purse = lent.lock().await;
        let now = Instant::now();
        if purse.take(now) {
            return Ok(());
        }
        if purse.is_closed() {
            // Whoever is turned away again and again need not queue for that.
            drop(purse);
            self.ask("commands", &key, limit, 0).await?;
            lent.lock().await.keep(0, 0, now);
            return Ok(());
        }
        let wish = purse.wish(now);
        match self.ask("commands", &key, limit, wish).await {
            Ok(lent) => purse.keep(lent, wish, now),
            Err(problem) => {
                purse.close();
                return Err(problem);
            }
        }
        Ok(())
    }

    /// Uses something up that is good once, such as a code; `false` when it was used before. It stays used for so long,
    /// whether or not limits apply.
    ///
    /// # Errors
    /// A 503 when Redis does not answer.
    pub async fn use_up(&self, user: Uuid, what: &[u8], lasting: Duration) -> Result<bool, Problem> {
        let whose = [user.as_bytes(), what].concat();
        let mut command = redis::cmd("SET");
        command.arg(self.key(USED, &whose)).arg(1).arg("NX").arg("PX").arg(lasting.as_millis().to_string());
        let used: Option<String> = command.query_async(&mut self.redis.clone()).await.map_err(Problem::unavailable)?;
        Ok(used.is_some())
    }

    /// Whoever has to wait anyway uses up nothing of what others may try.
    async fn attempt(
        &self,
        (failures, from): (&'static str, String),
        (what, limit): (&'static str, Rate),
        whom: &[u8],
    ) -> Result<Attempt, Problem> {
        if self.settings.rate_limits == Switch::Off {
            return Ok(Attempt::free());
        }
        let row = Row { redis: self.redis.clone(), what: failures, key: self.key(failures, whom), from };
        row.wait().await?;
        self.let_in(what, whom, limit).await?;
        row.attempt(self.settings.back_off).await
    }

    async fn let_in(&self, what: &'static str, whom: &[u8], limit: Rate) -> Result<(), Problem> {
        if self.settings.rate_limits == Switch::Off {
            return Ok(());
        }
        self.ask(what, &self.key(what, whom), limit, 0).await.map(drop)
    }

    /// Asks Redis to let in, and for some more; answers how many of those were lent.
    async fn ask(&self, what: &'static str, key: &str, Rate { count, per }: Rate, wish: u32) -> Result<u32, Problem> {
        let interval = per.as_secs_f64() * 1e6 / f64::from(count);
        let call = |name: &str, script: &str| {
            let mut call = redis::cmd(name);
            call.arg(script).arg(1).arg(key).arg(interval).arg(count).arg(wish);
            call
        };
        // Redis knows a script that it has run by its hash, until it is started again.
        match call("EVALSHA", &self.let_in).query_async(&mut self.redis.clone()).await {
            Err(error) if error.code() == Some("NOSCRIPT") => {
                verdict(what, call("EVAL", LET_IN).query_async(&mut self.redis.clone()).await)
            }
            wait => verdict(what, wait),
        }
    }

    fn key(&self, what: &str, whom: &[u8]) -> String {
        let hash = self.keyed.hash(&[what.as_bytes(), whom]);
        format!("limit:{what}:{}", URL_SAFE_NO_PAD.encode(&hash[..16]))
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Runs a script that answers how many microseconds to wait.
async fn run(redis: &Connection, what: &'static str, script: redis::Cmd) -> Result<(), Problem> {
    debug_assert!(ALL.contains(&what), "{what} is counted from the beginning like the others");
    verdict(what, script.query_async(&mut redis.clone()).await).map(drop)
}

/// How many were lent beside.
fn verdict(what: &'static str, wait: RedisResult<i64>) -> Result<u32, Problem> {
    let wait = wait.map_err(Problem::unavailable)?;
    if wait <= 0 {
        return Ok(u32::try_from(wait.unsigned_abs()).unwrap_or(u32::MAX));
    }
    metrics::counter!("rate_limited_total", "limit" => what).increment(1);
    let lock = [LOGIN_FAILURES, CODE_FAILURES, PROOF_FAILURES].contains(&what);
    let event = if lock { "authn_login_lock" } else { "excess_rate_limit_exceeded" };
    tracing::warn!(target: "audit", event, limit = what);
    Err(Problem::too_fast(wait.unsigned_abs().div_ceil(1_000_000)))
}

/// Whoever has one address of a /64 has all of them.
fn of_address(ClientAddress(address): ClientAddress) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).octets().to_vec(),
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
