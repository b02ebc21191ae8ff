//! The connection to Redis that everything shares that does not block.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisResult};
use secrecy::{ExposeSecret, SecretString};

const CONNECTION_TIMEOUT: Duration = Duration::from_secs(1);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(2);
const RETRIES: usize = 2;
const FIRST_RETRY: Duration = Duration::from_millis(50);
const LONGEST_RETRY: Duration = Duration::from_millis(500);

/// A client for a Redis URL; connects to nothing yet.
///
/// # Errors
/// When the URL is none; the error does not repeat it.
pub fn client(url: &SecretString) -> RedisResult<Client> {
    Client::open(url.expose_secret())
}

/// A connection that is made when first used, made again when lost, and gives up soon enough for a 503.
///
/// # Errors
/// When the client refuses the settings.
pub fn lazy(client: Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(CONNECTION_TIMEOUT))
        .set_response_timeout(Some(RESPONSE_TIMEOUT))
        .set_number_of_retries(RETRIES)
        .set_min_delay(FIRST_RETRY)
        .set_max_delay(LONGEST_RETRY);
    ConnectionManager::new_lazy_with_config(client, config)
}
