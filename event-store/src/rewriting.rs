//! The append-only file of Redis, which holds what was deleted until it is rewritten.

use connections::Node;
use redis::InfoDict;

use crate::{Error, Store};

/// How Redis is getting on with its append-only file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rewriting {
    /// There is no such file.
    NoFile,
    /// It is being written anew, or will be as soon as something else is written.
    UnderWay,
    /// It is not being written anew.
    Ended {
        /// Whether the last time went well.
        well: bool,
    },
}

impl Store {
    /// How Redis is getting on, and which of its runs this is: another one knows nothing of what the one before was asked.
    /// Of a cluster, how all its masters are: it is under way as long as it is in any of them.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn rewriting(&self) -> Result<(Rewriting, String), Error> {
        let (mut all, mut runs) = (Rewriting::NoFile, Vec::new());
        for master in self.redis().masters().await? {
            let (rewriting, run) = rewriting_of(master).await?;
            all = all.and(rewriting);
            runs.push(run);
        }
        runs.sort_unstable();
        Ok((all, runs.join(" ")))
    }

    /// Has Redis write its append-only file anew, in the background: without what was deleted.
    ///
    /// # Errors
    /// When Redis does not answer, may not be asked that, or has begun already.
    pub async fn rewrite(&self) -> Result<(), Error> {
        for mut master in self.redis().masters().await? {
            redis::cmd("BGREWRITEAOF").exec_async(&mut master).await?;
        }
        Ok(())
    }
}

impl Rewriting {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::UnderWay, _) | (_, Self::UnderWay) => Self::UnderWay,
            (Self::NoFile, other) | (other, Self::NoFile) => other,
            (Self::Ended { well: one }, Self::Ended { well: other }) => Self::Ended { well: one && other },
        }
    }
}

async fn rewriting_of(mut master: Node) -> Result<(Rewriting, String), Error> {
    let (info, server): (InfoDict, InfoDict) =
        redis::pipe().cmd("INFO").arg("persistence").cmd("INFO").arg("server").query_async(&mut master).await?;
    let is = |name| info.get::<u64>(name) == Some(1);
    let rewriting = match is("aof_rewrite_in_progress") || is("aof_rewrite_scheduled") {
        true => Rewriting::UnderWay,
        false if !is("aof_enabled") => Rewriting::NoFile,
        false => Rewriting::Ended { well: info.get::<String>("aof_last_bgrewrite_status").as_deref() == Some("ok") },
    };
    Ok((rewriting, server.get("run_id").unwrap_or_default()))
}
