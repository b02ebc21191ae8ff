//! How a private Redis is configured and asked who it is.
//!
//! It has no password: it listens on loopback alone, so that an operator can type `redis-cli` and look around. Whoever
//! may log in to the machine may read it; that suits a laptop, and a shared machine should bring its own Redis.

use std::path::Path;

/// The settings that matter, the same for every way of running Redis.
pub const SETTINGS: &str = include_str!("../../ops/redis.conf");

/// The whole configuration of a private Redis: [`SETTINGS`], then its port, folder and memory limit.
#[must_use]
pub fn configuration(port: u16, folder: &Path, memory_megabytes: u32) -> String {
    let folder = folder.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    format!("{SETTINGS}\n# This instance.\nport {port}\ndir \"{folder}\"\nmaxmemory {memory_megabytes}mb\n")
}

/// The address of a private Redis.
#[must_use]
pub fn url(port: u16) -> String {
    format!("redis://127.0.0.1:{port}")
}

/// Whether the Redis at `port` answers, has loaded its data, and is the one that lives in `folder`.
pub async fn is_ready(port: u16, folder: &Path) -> bool {
    let asked = async {
        let mut connection = redis::Client::open(url(port))?.get_multiplexed_async_connection().await?;
        // Refused while the data is being loaded, as CONFIG is not.
        let () = redis::cmd("PING").query_async(&mut connection).await?;
        redis::cmd("CONFIG").arg("GET").arg("dir").query_async::<(String, String)>(&mut connection).await
    };
    asked.await.is_ok_and(|(_, answer)| Path::new(&answer) == folder)
}
