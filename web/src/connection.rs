//! The connection to Redis that everything shares that does not block.

use std::time::Duration;

use connections::{Connection, Settings};
use redis::RedisResult;
use secrecy::{ExposeSecret, SecretString};

/// A connection that is made when first used, made again when lost, and gives up soon enough for a 503.
///
/// # Errors
/// When the URL is none; the error does not repeat it.
pub fn open(url: &SecretString) -> RedisResult<Connection> {
    let settings = Settings { retries: 2, first_retry: Duration::from_millis(50), ..Settings::default() };
    Connection::open(url.expose_secret(), settings)
}
