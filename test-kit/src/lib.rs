//! Real servers and small tools for the tests of every crate.
//!
//! [`redis`], [`cluster`] and [`postgres`] start a server of the test's own, to be killed and paused at will; [`database`] makes an
//! empty database in one Postgres that the tests of a process share. Each server is held on a leash (`leash.sh`): it ends,
//! and its folder goes, when the value is dropped or the test process dies, however it dies.
//!
//! The functions panic when something fails.

#![expect(clippy::unwrap_used, reason = "a test whose server is missing has nothing better to do than to panic")]

mod authority;
mod cluster;
mod database;
mod gate;
mod leash;
pub mod migrations;
mod postgres;
mod receiver;
mod redis;
mod smtp;
mod waiting;

pub use authority::Authority;
pub use cluster::{TestCluster, cluster};
pub use database::{TestDatabase, database};
pub use gate::Gate;
pub use postgres::{TestPostgres, postgres, postgres_with};
pub use receiver::{Posted, TestReceiver, receiver};
pub use redis::{TestRedis, redis, redis_with};
pub use servers::ports::free as free_port;
pub use smtp::{Received, TestSmtp, smtp};
pub use waiting::eventually;
