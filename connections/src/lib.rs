//! Connections to one Redis or to a Redis Cluster, whichever is found at the address.
//!
//! A [`Connection`] is made when it is first used and again when it is lost, and everything that does not block shares
//! one. What blocks has one of its own: [`Blocking`]. What concerns whole servers, such as their settings or their memory,
//! is asked of each [`Node`].
//!
//! What it refuses to do: know a key, or send anything twice whose outcome is unknown. The cluster connection of the client
//! library does the latter when a connection breaks, and a command would be decided again on what it has done itself. So
//! the way to the right node is found here; in each of them the library's connection is used.

mod blocking;
mod cluster;
mod connection;
mod node;
mod slots;
pub mod tls;

pub use blocking::Blocking;
pub use connection::{Connection, Settings};
pub use node::Node;

use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};

/// Whether a node has refused a command, unread, because the slot is another's by now.
#[must_use]
pub fn has_moved(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::Moved)
}

/// What a server says as an error is one.
fn refused(answer: RedisResult<Value>) -> RedisResult<Value> {
    match answer {
        Ok(Value::ServerError(error)) => Err(error.into()),
        answer => answer,
    }
}
