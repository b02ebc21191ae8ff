//! The three services of a shop, each in a process of its own.

use std::{
    future::ready,
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    time::Duration,
};

use axum::Router;
use clap::{Args, builder::PossibleValuesParser};
use projectors::Consumers;
use tokio_util::sync::CancellationToken;
use web::{
    caller::Gate,
    connection,
    devices::Devices,
    introspection,
    keys::{self, SigningKeys},
    ops,
    ops::{Checks, Measured},
    revocations::Revocations,
    serve::{self, Stop},
    settings::{self, Listen},
    tokens::Verifier,
    typing::Heard,
};

use crate::{
    address::Address,
    checks::{keys_are_there, redis_is_ready, they_work},
    consuming::Consuming,
    guard,
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
        let told = serve::shutdown_on_signal()?;
        let stopping = Stop::after(told, self.listen.notice);
        let stop = stopping.begun.clone();
        self.settings.payments.check(self.edge.time_limit)?;
        Address::guard("REDIS_URL", &self.settings.redis.redis_url, self.settings.demo.demo)?;
        guard::callbacks(&self.settings.orders, self.settings.demo)?;
        guard::listens(self.listen.listen, self.settings.demo)?;
        let measured = ops::measure("command-api", stop.clone())?;
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
        let operations = (measured, checks, introspection);
        both("command-api", &self.listen, [local(8081), local(9081)], public, operations, call_back, stopping).await
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
        let told = serve::shutdown_on_signal()?;
        let stopping = Stop::after(told, self.listen.notice);
        let stop = stopping.begun.clone();
        Address::guard("REDIS_URL", &self.redis.redis_url, self.demo.demo)?;
        Address::guard("DATABASE_URL", &self.postgres.database_url, self.demo.demo)?;
        guard::listens(self.listen.listen, self.demo)?;
        let measured = ops::measure("query-api", stop.clone())?;
        let revocations = Revocations::new(self.access.access_lifetime);
        let keys = keys::public(self.public_keys.public_keys.as_ref().unwrap_or(&self.keys.keys_dir))?;
        let redis = connection::open(&self.redis.redis_url)?;
        let devices = Devices::new(redis.clone(), self.access.seen_every);
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
        let operations = (measured, checks, Router::new());
        both("query-api", &self.listen, [local(8082), local(9082)], public, operations, |_| {}, stopping).await
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
    /// Run these consumers alone, separated by commas, where other processes run the others
    #[arg(
        long,
        env = "MILLRACE_CONSUMERS",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(projectors::names())
    )]
    consumers: Vec<String>,
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
        Address::guard("REDIS_URL", &self.redis.redis_url, self.demo.demo)?;
        Address::guard("DATABASE_URL", &self.postgres.database_url, self.demo.demo)?;
        let measured = ops::measure("projectors", stop.clone())?;
        // What is missing for mails is said before anything starts.
        let keys = SigningKeys::open(&self.keys.keys_dir)?;
        let mailing = self.mail.mailing(self.demo.demo, "http://127.0.0.1:8080", keys.clone())?;
        let telling = self.sending.telling(&self.webhooks, self.demo.demo, &self.keys.keys_dir)?;
        tokio::spawn(keys.clone().follow(stop.clone()));
        let (store, database) = (stores::open(&self.redis.redis_url, &self.log.settings()?)?, self.postgres.options()?);
        let operations = serve::bind(self.ops_listen).await?;
        waiting::for_postgres(&database).await?;
        announce("projectors", None, operations.local_addr()?);
        let provider = self.payments.provider(self.demo.demo, &self.redis.redis_url)?;
        let consuming = self.consuming.with_payments(store.clone(), database, self.payments, provider)?;
        let wanted: Vec<_> = self.consumers.iter().map(String::as_str).collect();
        let wanted = if wanted.is_empty() { projectors::names() } else { wanted };
        let consumers = Consumers::start_some(consuming, mailing, telling, stop.clone(), &wanted);
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
    (measured, checks, more): (Measured, Checks, Router),
    listening: impl FnOnce(SocketAddr),
    stop: Stop,
) -> anyhow::Result<ExitCode> {
    let [listen_on, operations_on] = defaults;
    let listener = serve::bind(listen.listen.unwrap_or(listen_on)).await?;
    let operations_listener = serve::bind(listen.ops_listen.unwrap_or(operations_on)).await?;
    announce(service, Some(listener.local_addr()?), operations_listener.local_addr()?);
    listening(listener.local_addr()?);
    // Whoever asks is told why nobody is to come any more, until the last request is answered.
    let (over, asked) = (CancellationToken::new(), stop.clone());
    let checks = checks.with("running", move || ready(asked.is_not_told()));
    let operations = ops::router(measured, checks).merge(more);
    let served = async {
        let served = serve::serve_until(listener, public, stop, listen.drain).await;
        over.cancel();
        served
    };
    tokio::try_join!(served, serve::serve(operations_listener, operations, over.clone(), Duration::from_secs(1)))?;
    tracing::info!(service, "stopped");
    Ok(ExitCode::SUCCESS)
}

/// Logs what has started, and where it is found.
pub(crate) fn announce(service: &'static str, listen: Option<SocketAddr>, ops_listen: SocketAddr) {
    let listen = listen.map(|address| address.to_string());
    tracing::info!(service, version = env!("CARGO_PKG_VERSION"), listen, %ops_listen, "started");
}
