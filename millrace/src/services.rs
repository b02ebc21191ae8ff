//! The three services of a shop, each in a process of its own.

use std::{
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use axum::Router;
use clap::Args;
use tokio_util::sync::CancellationToken;
use web::{
    caller::Gate,
    connection,
    devices::Devices,
    introspection,
    keys::{self, SigningKeys},
    ops,
    ops::Checks,
    revocations::Revocations,
    serve,
    settings::{self, Listen},
    tokens::Verifier,
    typing::Heard,
};

use crate::{
    checks::{keys_are_there, redis_is_ready, they_work},
    consuming::Consuming,
    mailing::Mail,
    pages, stores,
    telling::Sending,
    waiting,
};

/// How long the read side may take at its start to learn which sessions have ended.
const CATCHING_UP: Duration = Duration::from_secs(2);

const fn local(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Run the write side alone
#[derive(Args, Debug)]
pub(crate) struct CommandApi {
    #[command(flatten)]
    settings: command_api::Settings,
    #[command(flatten)]
    edge: settings::Edge,
    #[command(flatten)]
    listen: Listen,
}

impl CommandApi {
    /// Serves until told to stop.
    ///
    /// # Errors
    /// When it cannot start.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let stop = serve::shutdown_on_signal()?;
        self.settings.payments.check(self.edge.time_limit)?;
        let app = command_api::App::open(&self.settings)?;
        waiting::for_redis(&app).await?;
        let following = app.clone();
        let until = stop.clone();
        tokio::spawn(async move { following.follow(until).await });
        stop.run_until_cancelled(app.caught_up()).await;
        let checks = Checks::new().with("redis", redis_is_ready(app.store())).with("keys", keys_are_there(app.keys()));
        let introspection = introspection::router(app.gate());
        let public = command_api::service(app.clone(), &self.edge);
        let until = stop.clone();
        let call_back = move |listener| drop(tokio::spawn(async move { app.call_back(listener, until).await }));
        both("command-api", &self.listen, [local(8081), local(9081)], public, (checks, introspection), call_back, stop)
            .await
    }
}

/// Run the read side alone
#[derive(Args, Debug)]
pub(crate) struct QueryApi {
    #[command(flatten)]
    postgres: query_api::settings::Postgres,
    #[command(flatten)]
    reading: query_api::settings::Reading,
    #[command(flatten)]
    redis: settings::Redis,
    #[command(flatten)]
    keys: settings::Keys,
    #[command(flatten)]
    public_keys: settings::PublicKeys,
    #[command(flatten)]
    access: settings::Access,
    #[command(flatten)]
    demo: settings::Demo,
    #[command(flatten)]
    edge: settings::Edge,
    #[command(flatten)]
    listen: Listen,
}

impl QueryApi {
    /// Serves until told to stop.
    ///
    /// # Errors
    /// When it cannot start.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let stop = serve::shutdown_on_signal()?;
        let revocations = Revocations::new(self.access.access_lifetime);
        let keys = keys::public(self.public_keys.public_keys.as_ref().unwrap_or(&self.keys.keys_dir))?;
        let redis = connection::client(&self.redis.redis_url)?;
        let devices = Devices::new(connection::lazy(redis.clone())?, self.access.seen_every);
        let gate = Gate::new(Verifier::new(keys.clone()), revocations.clone()).noting(devices.clone());
        let gate = gate.demanding(self.access.admin_second_factor);
        tokio::spawn(keys.follow(stop.clone()));
        tokio::spawn(revocations.clone().follow(redis.clone(), stop.clone()));
        let typing = Heard::default();
        tokio::spawn(typing.clone().follow(redis, stop.clone()));
        let app =
            query_api::App::new(self.postgres.options()?, &self.reading).with_devices(devices).with_typing(typing);
        let told = tokio::spawn(app.clone().tell_of_ended(revocations.clone(), self.access.access_lifetime));
        let known = async { tokio::join!(revocations.caught_up(), told) };
        // A Redis that is down keeps nobody from reading.
        let _ = tokio::time::timeout(CATCHING_UP, stop.run_until_cancelled(known)).await;
        tokio::spawn(app.clone().follow(stop.clone()));
        let telling = app.clone().go_on_telling_of_ended(revocations, self.access.access_lifetime);
        tokio::spawn(stop.clone().run_until_cancelled_owned(telling));
        let checks = app.checks();
        let mails = if self.demo.demo { query_api::mails(app.clone()) } else { Router::new() };
        let routes = query_api::router(app).merge(mails).merge(pages::router());
        let public = web::edge::wrap(routes, gate, &self.edge);
        both("query-api", &self.listen, [local(8082), local(9082)], public, (checks, Router::new()), |_| {}, stop).await
    }
}

/// Run the consumers alone: read models and policies
#[derive(Args, Debug)]
pub(crate) struct Projectors {
    #[command(flatten)]
    redis: settings::Redis,
    #[command(flatten)]
    postgres: query_api::settings::Postgres,
    /// The address of the operations listener (health, metrics); not for the public
    #[arg(long, env = "MILLRACE_OPS_LISTEN", default_value_t = local(9083))]
    ops_listen: SocketAddr,
    #[command(flatten)]
    consuming: Consuming,
    #[command(flatten)]
    log: command_api::settings::Log,
    #[command(flatten)]
    keys: settings::Keys,
    #[command(flatten)]
    demo: settings::Demo,
    #[command(flatten)]
    mail: Mail,
    #[command(flatten)]
    payments: command_api::settings::Payments,
    #[command(flatten)]
    webhooks: settings::Webhooks,
    #[command(flatten)]
    sending: Sending,
}

impl Projectors {
    /// Consumes until told to stop.
    ///
    /// # Errors
    /// When it cannot start.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let stop = serve::shutdown_on_signal()?;
        // What is missing for mails is said before anything starts.
        let keys = SigningKeys::open(&self.keys.keys_dir)?;
        let mailing = self.mail.mailing(self.demo.demo, "http://127.0.0.1:8080", keys.clone())?;
        let telling = self.sending.telling(&self.webhooks, self.demo.demo, &self.keys.keys_dir)?;
        tokio::spawn(keys.clone().follow(stop.clone()));
        let (store, database) = (stores::open(&self.redis.redis_url, &self.log.settings()?)?, self.postgres.options()?);
        let operations = serve::bind(self.ops_listen).await?;
        let measured = ops::measure(stop.clone())?;
        waiting::for_postgres(&database).await?;
        announce("projectors", None, operations.local_addr()?);
        let provider = self.payments.provider(self.demo.demo, &self.redis.redis_url)?;
        let consuming = self.consuming.with_payments(store.clone(), database, self.payments, provider)?;
        let consumers = projectors::Consumers::start(consuming, mailing, telling, stop.clone());
        let checks = Checks::new()
            .with("redis", redis_is_ready(&store))
            .with("consumers", they_work(consumers.status()))
            .with("keys", keys_are_there(keys));
        serve::serve(operations, ops::router(measured, checks), stop, Duration::from_secs(1)).await?;
        consumers.stopped().await;
        tracing::info!(service = "projectors", "stopped");
        Ok(ExitCode::SUCCESS)
    }
}

/// Serves the public listener and the operations listener.
async fn both(
    service: &'static str,
    listen: &Listen,
    defaults: [SocketAddr; 2],
    public: Router,
    (checks, more): (Checks, Router),
    listening: impl FnOnce(SocketAddr),
    stop: CancellationToken,
) -> anyhow::Result<ExitCode> {
    let [listen_on, operations_on] = defaults;
    let listener = serve::bind(listen.listen.unwrap_or(listen_on)).await?;
    let operations = serve::bind(listen.ops_listen.unwrap_or(operations_on)).await?;
    announce(service, Some(listener.local_addr()?), operations.local_addr()?);
    listening(listener.local_addr()?);
    let measured = ops::router(ops::measure(stop.clone())?, checks).merge(more);
    tokio::try_join!(
        serve::serve(listener, public, stop.clone(), listen.drain),
        serve::serve(operations, measured, stop, listen.drain),
    )?;
    tracing::info!(service, "stopped");
    Ok(ExitCode::SUCCESS)
}

/// Logs what has started, and where it is found.
pub(crate) fn announce(service: &'static str, listen: Option<SocketAddr>, ops_listen: SocketAddr) {
    let listen = listen.map(|address| address.to_string());
    tracing::info!(service, version = env!("CARGO_PKG_VERSION"), listen, %ops_listen, "started");
}
