//! The certificates for the way to Redis.

use std::{fs, path::Path, path::PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

const AUTHORITY: &str = "MILLRACE_REDIS_CA";
const CERTIFICATE: &str = "MILLRACE_REDIS_CERT";
const KEY: &str = "MILLRACE_REDIS_KEY";

/// Whom to believe about Redis, and how to be believed, where its address is `rediss://…`.
#[derive(Args, Clone, Debug)]
pub(crate) struct RedisTls {
    /// Who vouches for Redis where its address is rediss://…: certificates (PEM); the authorities of the system unless set
    #[arg(long, global = true, env = AUTHORITY)]
    redis_ca: Option<PathBuf>,
    /// The certificate that is shown to Redis (PEM), where it asks for one
    #[arg(long, global = true, env = CERTIFICATE)]
    redis_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, global = true, env = KEY)]
    redis_key: Option<PathBuf>,
}

impl RedisTls {
    /// Has all connections to Redis use them.
    ///
    /// # Errors
    /// When a file cannot be used, or there is a certificate without its key.
    pub(crate) fn apply(&self) -> anyhow::Result<()> {
        let authorities = self.redis_ca.as_deref().map(|path| read(AUTHORITY, path)).transpose()?;
        let client = match (&self.redis_cert, &self.redis_key) {
            (Some(certificate), Some(key)) => Some((read(CERTIFICATE, certificate)?, read(KEY, key)?)),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                anyhow::bail!("{CERTIFICATE} and {KEY} go together: set both, or neither")
            }
        };
        if authorities.is_none() && client.is_none() {
            return Ok(());
        }
        let settings = format!("{AUTHORITY}, {CERTIFICATE} or {KEY} cannot be used");
        connections::tls::believe(authorities, client).context(settings)
    }
}

fn read(setting: &str, path: &Path) -> anyhow::Result<Vec<u8>> {
    let content = fs::read(path).with_context(|| format!("{setting}: {} cannot be read", path.display()))?;
    let is_pem = content.windows(11).any(|window| window == b"-----BEGIN ");
    ensure!(is_pem, "{setting}: there is no PEM in {}", path.display());
    Ok(content)
}
