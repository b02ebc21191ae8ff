//! The function library inside Redis that `append` is part of.

use redis::{AsyncCommands, aio::ConnectionLike};

use crate::{Error, keys};
use domain::Partition;

/// The function that appends. The version in its name changes whenever its arguments or answers do.
pub(crate) const APPEND: &str = "millrace_append_2";

const NAME: &str = "millrace_2";
const CODE: &str = include_str!("append.lua");
const FORMAT: &str = "1";

/// Loads the library where it is missing or differs.
pub(crate) async fn load(redis: &mut (impl ConnectionLike + Send)) -> Result<(), Error> {
    if !is_loaded(redis).await? {
        let () = redis::cmd("FUNCTION").arg("LOAD").arg("REPLACE").arg(CODE).query_async(redis).await?;
    }
    Ok(())
}

/// The field of the store's own record that stands while a log is being restored.
pub(crate) const RESTORING: &str = "restoring";

/// Whether a log is being restored, or that was interrupted.
pub(crate) async fn is_restoring(redis: &mut impl AsyncCommands) -> Result<bool, Error> {
    Ok(redis.hexists(keys::STORE, RESTORING).await?)
}

/// Takes the library away, so that nobody appends.
pub(crate) async fn unload(redis: &mut (impl ConnectionLike + Send)) -> Result<(), Error> {
    match redis::cmd("FUNCTION").arg("DELETE").arg(NAME).query_async(redis).await {
        Err(error) if error.to_string().contains("not found") => Ok(()),
        deleted => Ok(deleted?),
    }
}

/// Whether Redis has exactly this version of the library.
pub(crate) async fn is_loaded(redis: &mut (impl ConnectionLike + Send)) -> Result<bool, Error> {
    let mut list = redis::cmd("FUNCTION");
    list.arg("LIST").arg("LIBRARYNAME").arg(NAME).arg("WITHCODE");
    let libraries: Vec<redis::Value> = list.query_async(redis).await?;
    Ok(libraries.iter().any(holds_code))
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
