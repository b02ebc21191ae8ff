//! The write side as a process of its own.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use clap::Parser;
use command_api::{App, Settings};
use web::settings::{Listen, Telemetry};
use web::{ops, serve, telemetry};

const PORT: u16 = 8081;
const OPS_PORT: u16 = 9081;

/// The write side of Millrace: takes commands over HTTP and appends their events to Redis
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    listen: Listen,
    #[command(flatten)]
    telemetry: Telemetry,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Cli { settings, listen, telemetry } = Cli::parse();
    telemetry::init(&telemetry)?;
    let shutdown = serve::shutdown_on_signal()?;
    let metrics = ops::measure(shutdown.clone())?;
    let app = App::open(&settings)?;
    app.prepare().await.context("commands cannot be taken")?;

    let at = |asked: Option<SocketAddr>, port| asked.unwrap_or((Ipv4Addr::LOCALHOST, port).into());
    let public = serve::bind(at(listen.listen, PORT)).await?;
    let private = serve::bind(at(listen.ops_listen, OPS_PORT)).await?;
    let operations = ops::router(metrics, app.checks());
    let service = command_api::service(app.clone(), listen.time_limit);
    let (served, operated, ()) = tokio::join!(
        serve::serve(public, service, shutdown.clone(), listen.drain),
        serve::serve(private, operations, shutdown.clone(), listen.drain),
        app.follow_revocations(shutdown.clone()),
    );
    Ok(served.and(operated)?)
}
