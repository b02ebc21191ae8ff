//! The function library inside Redis that `append` is part of.

use connections::Node;
use redis::AsyncCommands;

use crate::{Error, keys};
use domain::Partition;

/// The function that appends. The version in its name changes whenever its arguments or answers do.
pub(crate) const APPEND: &str = "millrace_append_3";

const NAME: &str = "millrace_3";
const CODE: &str = include_str!("append.lua");
const FORMAT: &str = "1";

/// Loads the library into these servers, where it is missing or differs.
pub(crate) async fn load(masters: &[Node]) -> Result<(), Error> {
    for master in masters {
        if found(master).await? != Found::This {
            let load = redis::cmd("FUNCTION").arg("LOAD").arg("REPLACE").arg(CODE).clone();
            load.exec_async(&mut master.clone()).await?;
        }
    }
    Ok(())
}

/// The field of the store's own record that stands while a log is being restored.
pub(crate) const RESTORING: &str = "restoring";

/// Whether a log is being restored, or that was interrupted.
pub(crate) async fn is_restoring(redis: &mut impl AsyncCommands) -> Result<bool, Error> {
    Ok(redis.hexists(keys::STORE, RESTORING).await?)
}

/// Takes the library away from these servers, so that nobody appends.
pub(crate) async fn unload(masters: &[Node]) -> Result<(), Error> {
    for master in masters {
        match redis::cmd("FUNCTION").arg("DELETE").arg(NAME).exec_async(&mut master.clone()).await {
            Err(error) if error.to_string().contains("not found") => {}
            deleted => deleted?,
        }
    }
    Ok(())
}

/// What a server has of the library.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Exactly this version.
    This,
    /// Another one of the same name.
    Another,
    /// None.
    Nothing,
}

/// Looks what a server has of the library.
pub(crate) async fn found(master: &Node) -> Result<Found, Error> {
    let mut list = redis::cmd("FUNCTION");
    list.arg("LIST").arg("LIBRARYNAME").arg(NAME).arg("WITHCODE");
    let libraries: Vec<redis::Value> = list.query_async(&mut master.clone()).await?;
    Ok(match libraries.first() {
        Some(library) if holds_code(library) => Found::This,
        Some(_) => Found::Another,
        None => Found::Nothing,
    })
}

fn holds_code(library: &redis::Value) -> bool {
    let redis::Value::Array(fields) = library else { return false };
    fields.iter().any(|field| matches!(field, redis::Value::BulkString(text) if text == CODE.as_bytes()))
}

/// Fixes the number of partitions and the format of a new store, or checks those of an existing one.
pub(crate) async fn check_format(redis: &mut impl AsyncCommands) -> Result<(), Error> {
    for (field, expected) in [("format", FORMAT.to_owned()), ("partitions", Partition::COUNT.to_string())] {
        let _created: bool = redis.hset_nx(keys::STORE, field, &expected).await?;
        let found: String = redis.hget(keys::STORE, field).await?;
        if found != expected {
            return Err(Error::Format { field, found, expected });
        }
    }
    Ok(())
}
