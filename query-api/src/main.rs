//! The read side as a service of its own.

use std::net::{Ipv4Addr, SocketAddr};

use clap::Parser;
use query_api::App;
use query_api::settings::{Postgres, Reading};
use web::caller::Gate;
use web::revocations::Revocations;
use web::tokens::Verifier;
use web::{connection, keys, ops, serve, settings, telemetry};

/// The read side of a shop: answers GET under /api from the read models in Postgres
#[derive(Parser)]
#[command(version)]
struct Settings {
    #[command(flatten)]
    postgres: Postgres,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    redis: settings::Redis,
    #[command(flatten)]
    keys: settings::Keys,
    #[command(flatten)]
    access: settings::Access,
    #[command(flatten)]
    listen: settings::Listen,
    #[command(flatten)]
    telemetry: settings::Telemetry,
}

const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8082);
const OPS_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9082);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Settings { postgres, reading, redis, keys, access, listen, telemetry } = Settings::parse();
    telemetry::init(&telemetry)?;
    let shutdown = serve::shutdown_on_signal()?;

    let revocations = Revocations::new(access.access_lifetime);
    let gate = Gate::new(Verifier::new(&keys::public(&keys.keys_dir)?), revocations.clone());
    tokio::spawn(revocations.follow(connection::client(&redis.redis_url)?, shutdown.clone()));

    let app = App::new(postgres.options()?, &reading);
    tokio::spawn(app.clone().follow(shutdown.clone()));

    let operations = ops::router(ops::measure(shutdown.clone())?, app.checks());
    let public = query_api::service(app, gate, listen.time_limit);
    let ops_listener = serve::bind(listen.ops_listen.unwrap_or(OPS_LISTEN)).await?;
    let listener = serve::bind(listen.listen.unwrap_or(LISTEN)).await?;
    tokio::try_join!(
        serve::serve(listener, public, shutdown.clone(), listen.drain),
        serve::serve(ops_listener, operations, shutdown, listen.drain),
    )?;
    Ok(())
}
