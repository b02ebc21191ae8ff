//! How a Redis is run, for whoever looks after it.

use std::collections::HashMap;

use connections::Node;
use redis::{Cmd, InfoDict};
use time::{Duration, OffsetDateTime};

use crate::{Error, Store};

/// A Redis as it is run.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// Its address.
    pub node: String,
    /// Its version.
    pub version: String,
    /// How far its clock is ahead of this machine's.
    pub ahead: Duration,
    /// Those of its settings that matter.
    pub settings: HashMap<String, String>,
    /// Who is asking.
    pub user: String,
    /// Who may do what no service has to, and what; only the one who is asking where it may not ask about others.
    pub dangerous: Vec<(String, Vec<&'static str>)>,
}

const SETTINGS: [&str; 5] =
    ["save", "no-appendfsync-on-rewrite", "auto-aof-rewrite-percentage", "maxmemory", "protected-mode"];

/// What no service has to do, and the shop would not survive or would not notice.
const DANGEROUS: [&str; 6] =
    ["FLUSHALL", "CONFIG SET appendonly no", "SHUTDOWN NOSAVE", "KEYS *", "REPLICAOF NO ONE", "ACL SETUSER anybody"];

impl Store {
    /// Looks at how Redis is run, or each master of the cluster.
    ///
    /// # Errors
    /// When Redis does not answer, or does not tell whoever is asking.
    pub async fn inspect(&self) -> Result<Vec<Inspection>, Error> {
        let mut inspections = Vec::new();
        for master in self.redis().masters().await? {
            inspections.push(inspect(master).await?);
        }
        Ok(inspections)
    }
}

async fn inspect(mut redis: Node) -> Result<Inspection, Error> {
    let info: InfoDict = redis::cmd("INFO").arg("server").query_async(&mut redis).await?;
    let before = OffsetDateTime::now_utc();
    let (seconds, microseconds): (i64, i64) = redis::cmd("TIME").query_async(&mut redis).await?;
    let here = before + (OffsetDateTime::now_utc() - before) / 2;
    let there = OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds) + Duration::microseconds(microseconds);
    let settings = redis::cmd("CONFIG").arg("GET").arg(&SETTINGS).query_async(&mut redis).await?;
    let user: String = redis::cmd("ACL").arg("WHOAMI").query_async(&mut redis).await?;
    let users: Result<Vec<String>, _> = redis::cmd("ACL").arg("USERS").query_async(&mut redis).await;
    let mut dangerous = Vec::new();
    for user in users.unwrap_or_else(|_| vec![user.clone()]) {
        let mut may = Vec::new();
        for line in DANGEROUS {
            // Whoever may not even ask may not do it either.
            let answer = dry_run(&user, line).query_async::<String>(&mut redis).await;
            may.extend(answer.is_ok_and(|answer| answer == "OK").then_some(line));
        }
        if !may.is_empty() {
            dangerous.push((user, may));
        }
    }
    let version = info.get("redis_version").unwrap_or_default();
    Ok(Inspection { node: redis.name().to_owned(), version, ahead: there - here, settings, user, dangerous })
}

fn dry_run(user: &str, line: &str) -> Cmd {
    redis::cmd("ACL").arg("DRYRUN").arg(user).arg(line.split(' ').collect::<Vec<_>>()).clone()
}
