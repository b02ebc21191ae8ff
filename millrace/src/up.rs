//! `millrace up`: the whole shop in one process on one port, with private servers where it was given none.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use axum::Router;
use clap::Args;
use projectors::Consumers;
use secrecy::SecretString;
use servers::Servers;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use web::{connection, devices::Devices, introspection, keys::SigningKeys, ops, serve, settings, typing::Heard};

use crate::{
    address::Address,
    checks::{keys_are_there, redis_is_ready, they_work},
    consuming::Consuming,
    guard,
    mailing::Mail,
    pages, recovery, services,
    storefront::Storefront,
    stores::{self, Stores},
    telling::Sending,
    waiting,
};

/// Run the whole shop in this process, until Ctrl-C
#[derive(Args, Debug)]
pub(crate) struct Up {
    /// The port of the shop
    #[arg(long, env = "MILLRACE_PORT", default_value_t = 8080)]
    port: u16,
    /// The port of the operations listener: health and metrics
    #[arg(long, env = "MILLRACE_OPS_PORT", default_value_t = 9080)]
    ops_port: u16,
    /// How long open requests may take to finish after a stop
    #[arg(long, env = "MILLRACE_DRAIN", default_value = "10s", value_parser = settings::duration)]
    drain: Duration,
    #[command(flatten)]
    storefront: Storefront,
    #[command(flatten)]
    edge: settings::Edge,
    /// Leave the consumers to processes of their own (`millrace projectors`)
    #[arg(long, env = "MILLRACE_WITHOUT_PROJECTORS")]
    without_projectors: bool,
    /// Fill an empty Redis from the archive first, as `millrace restore` does
    #[arg(long)]
    restore: bool,
    #[command(flatten)]
    consuming: Consuming,
    #[command(flatten)]
    mail: Mail,
    #[command(flatten)]
    demo: settings::Demo,
    #[command(flatten)]
    stores: Stores,
    #[command(flatten)]
    access: settings::Access,
    #[command(flatten)]
    sessions: settings::Sessions,
    #[command(flatten)]
    links: command_api::settings::Links,
    #[command(flatten)]
    limits: settings::Limits,
    #[command(flatten)]
    receipts: command_api::settings::Receipts,
    #[command(flatten)]
    log: command_api::settings::Log,
    #[command(flatten)]
    payments: command_api::settings::Payments,
    #[command(flatten)]
    orders: command_api::settings::Orders,
    #[command(flatten)]
    webhooks: settings::Webhooks,
    #[command(flatten)]
    sending: Sending,
    #[command(flatten)]
    subscriptions: command_api::settings::Subscriptions,
    #[command(flatten)]
    reading: query_api::settings::Reading,
}

impl Up {
    /// Starts everything, serves until told to stop, and stops everything in order.
    ///
    /// # Errors
    /// When something does not start; what had started by then is stopped again.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        let stop = serve::shutdown_on_signal()?;
        self.payments.check(self.edge.time_limit)?;
        for (setting, url) in [("REDIS_URL", &self.stores.redis_url), ("DATABASE_URL", &self.stores.database_url)] {
            url.iter().try_for_each(|url| Address::guard(setting, url, self.demo.demo))?;
        }
        guard::callbacks(&self.orders, self.demo)?;
        // Taken first: a port that is in use is found before anything starts.
        let shop = serve::bind((Ipv4Addr::LOCALHOST, self.port).into()).await?;
        let operations = serve::bind((Ipv4Addr::LOCALHOST, self.ops_port).into()).await?;
        if !self.without_projectors {
            // What is missing for mails is said before anything starts.
            self.mail.way(self.demo.demo)?;
        }
        let servers = self.servers().await?;
        let open = self.open(servers.as_ref(), shop, operations, stop).await;
        if let Some(servers) = servers {
            servers.stop().await;
        }
        open.map(|()| ExitCode::SUCCESS)
    }

    /// Starts private servers in place of those it was not given.
    async fn servers(&self) -> anyhow::Result<Option<Servers>> {
        let (redis, postgres) = (self.stores.redis_url.is_none(), self.stores.database_url.is_none());
        // Whoever has looked into a shop with `millrace env` may not remember it.
        for (variable, private) in [("REDIS_URL", redis), ("DATABASE_URL", postgres)] {
            if !private {
                tracing::info!("no private server is started in place of {variable}");
            }
        }
        if !redis && !postgres {
            return Ok(None);
        }
        let settings = servers::Settings { redis, postgres, ..servers::Settings::new(&self.stores.data_dir) };
        Ok(Some(Servers::start(&settings).await?))
    }

    async fn open(
        &self,
        servers: Option<&Servers>,
        shop: TcpListener,
        operations: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let private = |url: Option<&str>| url.map(|url| SecretString::from(url.to_owned()));
        let redis_url = private(servers.and_then(Servers::redis_url)).or_else(|| self.stores.redis_url.clone());
        let database_url =
            private(servers.and_then(Servers::postgres_url)).or_else(|| self.stores.database_url.clone());
        let redis_url = redis_url.context("there is no Redis")?;
        let measured = ops::measure("up", stop.clone())?;
        let database = stores::database(&database_url.context("there is no Postgres")?)?;

        let redis = connection::open(&redis_url)?;
        let devices = Devices::new(redis.clone(), self.access.seen_every);
        let write_side = self.write_side(redis_url)?;
        waiting::for_postgres(&database).await?;
        if self.restore {
            recovery::restore(write_side.store(), &database).await?;
        }
        waiting::for_redis(&write_side).await?;
        anyhow::ensure!(
            !projectors::is_lost(write_side.store(), &database).await?,
            "Redis is empty, though the archive holds the log of a shop: `millrace up --restore` brings it back"
        );
        if self.demo.demo {
            command_api::demo::seed(&write_side).await.context("the demo shop could not be filled")?;
        }

        let background = TaskTracker::new();
        background.spawn({
            let (write_side, stop) = (write_side.clone(), stop.clone());
            async move { write_side.follow(stop).await }
        });
        background.spawn({
            let (write_side, stop, listener) = (write_side.clone(), stop.clone(), shop.local_addr()?);
            async move { write_side.call_back(listener, stop).await }
        });
        stop.run_until_cancelled(write_side.caught_up()).await;
        let typing = Heard::default();
        background.spawn(typing.clone().follow(redis, stop.clone()));
        let read_side = query_api::App::new(database.clone(), &self.reading).with_devices(devices).with_typing(typing);
        background.spawn(read_side.clone().follow(stop.clone()));
        let telling = read_side.clone().go_on_telling_of_ended(write_side.revocations(), self.access.access_lifetime);
        background.spawn(stop.clone().run_until_cancelled_owned(telling));
        background.close();

        // Consumers go on while the last requests are answered, and stop before the servers do.
        let consumers_stop = CancellationToken::new();
        let (store, provider) = (write_side.store().clone(), write_side.fake());
        let consuming = self.consuming.with_payments(store, database.clone(), self.payments, provider)?;
        let consumers = if self.without_projectors {
            None
        } else {
            let telling = self.sending.telling(&self.webhooks, self.demo.demo, &self.keys_dir())?;
            let keys = SigningKeys::open(&self.keys_dir())?;
            let mailing = self.mail.mailing(self.demo.demo, &format!("http://{}", shop.local_addr()?), keys.clone())?;
            tokio::spawn(keys.follow(stop.clone()));
            Some(Consumers::start(consuming, mailing, telling, consumers_stop.clone()))
        };

        let mut checks = read_side
            .checks()
            .with("redis", redis_is_ready(write_side.store()))
            .with("keys", keys_are_there(write_side.keys()));
        if let Some(consumers) = &consumers {
            checks = checks.with("consumers", they_work(consumers.status()));
        }
        let mails = if self.demo.demo { query_api::mails(read_side.clone()) } else { Router::new() };
        let routes = Router::new()
            .merge(command_api::router(write_side.clone()))
            .merge(query_api::router(read_side))
            .merge(mails)
            .merge(pages::router())
            .merge(self.storefront.router());
        let routes = web::edge::wrap(routes, write_side.gate(), &self.edge);
        let measures = ops::router(measured, checks).merge(introspection::router(write_side.gate()));

        services::announce("millrace", Some(shop.local_addr()?), operations.local_addr()?);
        self.announce(servers, shop.local_addr()?, operations.local_addr()?)?;
        let served = tokio::try_join!(
            serve::serve(shop, routes, stop.clone(), self.drain),
            serve::serve(operations, measures, stop.clone(), self.drain),
        );
        stop.cancel();
        consumers_stop.cancel();
        if let Some(consumers) = consumers {
            consumers.stopped().await;
        }
        background.wait().await;
        served?;
        tracing::info!(service = "millrace", "stopped");
        Ok(())
    }

    fn keys_dir(&self) -> PathBuf {
        self.stores.data_dir.join("keys")
    }

    fn write_side(&self, redis_url: SecretString) -> anyhow::Result<Arc<command_api::App>> {
        let settings = command_api::Settings {
            redis: settings::Redis { redis_url },
            keys: settings::Keys { keys_dir: self.keys_dir() },
            access: self.access,
            sessions: self.sessions,
            links: self.links,
            limits: self.limits,
            demo: self.demo,
            receipts: self.receipts,
            log: self.log,
            payments: self.payments,
            orders: self.orders.clone(),
            webhooks: self.webhooks.clone(),
            subscriptions: self.subscriptions,
        };
        Ok(command_api::App::open(&settings)?)
    }

    fn announce(&self, servers: Option<&Servers>, shop: SocketAddr, operations: SocketAddr) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for note in servers.iter().flat_map(|servers| servers.notes()) {
            writeln!(out, "note      {note}")?;
        }
        writeln!(out, "shop      http://{shop}")?;
        if !self.storefront.is_built() {
            let folder = self.storefront.folder().display();
            writeln!(
                out,
                "note      the API alone: there is no storefront in {folder} (`make storefront` builds it, with Node)"
            )?;
        }
        writeln!(out, "health    http://{operations}/readyz")?;
        match servers.and_then(Servers::redis_url) {
            Some(url) => writeln!(out, "redis     redis-cli -u {url}")?,
            None => writeln!(out, "redis     the one of REDIS_URL")?,
        }
        match servers.and_then(Servers::postgres_url) {
            Some(url) => writeln!(out, "postgres  psql {url}")?,
            None => writeln!(out, "postgres  the one of DATABASE_URL")?,
        }
        if !self.without_projectors && self.mail.is_kept(self.demo.demo) {
            writeln!(out, "mail      http://{shop}/dev/mail")?;
        }
        if self.demo.demo {
            writeln!(
                out,
                "log in    demo@demo.com (seller), demo2@demo.com (buyer), admin@demo.com; password demotest"
            )?;
        }
        writeln!(out, "ready     Ctrl-C stops it")?;
        out.flush()
    }
}
