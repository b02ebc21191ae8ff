//! What stands around every route.

use std::time::Duration;

use clap::Args;

use super::duration;
use crate::address::Network;

/// How every request is treated, whatever it asks.
#[derive(Args, Clone, Debug)]
pub struct Edge {
    /// How long a request may take before it is answered 503
    #[arg(long, env = "MILLRACE_TIME_LIMIT", default_value = "10s", value_parser = duration)]
    pub time_limit: Duration,
    /// The proxies in front, as addresses or networks (10.0.0.0/8,::1): their X-Forwarded-For and X-Forwarded-Proto count
    #[arg(long, env = "MILLRACE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,
    /// Browsers reach the shop over TLS alone, and are told so (HSTS); a trusted proxy may also say it of each request
    #[arg(long, env = "MILLRACE_BEHIND_TLS")]
    pub behind_tls: bool,
}

impl Default for Edge {
    fn default() -> Self {
        Self { time_limit: Duration::from_secs(10), trusted_proxies: Vec::new(), behind_tls: false }
    }
}
