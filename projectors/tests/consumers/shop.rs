//! A small shop without HTTP: commands go straight to the log, and consumers run beside them.

use std::{sync::Arc, time::Duration};

use domain::{
    Aggregate, ClaimId, Money, OrderId, ProductId, UserId,
    inventory::{self, Inventory},
    money::Price,
    order::{self, Charges, Offer, Order, Status, Wanted},
    product::{self, Product},
    user::{self, User},
};
use event_store::{Changes, CommandId, Context, Decision, Record, Request, Store, Stream};
use payments::{Fake, Provider};
use projectors::{
    Consumers, Settings, Timing, Upkeep,
    mailer::{Links, Mailing, Way},
    schema,
    webhooks::Telling,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};
use test_kit::{Gate, TestCluster, TestDatabase, TestRedis};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::webhooks::Local;

pub(crate) const SOON: Duration = Duration::from_secs(60);
/// Longer than any test.
pub(crate) const PAY_WITHIN: Duration = Duration::from_secs(3600);

pub(crate) struct Shop {
    pub(crate) redis: TestRedis,
    pub(crate) store: Store,
    pub(crate) database: PgConnectOptions,
    _own: Option<TestDatabase>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let own = test_kit::database().await;
        let database = own.url().parse().unwrap();
        Self { _own: Some(own), ..Self::with(database).await }
    }

    pub(crate) async fn with(database: PgConnectOptions) -> Self {
        let redis = test_kit::redis().await;
        let store = Store::open(&redis.url(), &settings()).unwrap();
        store.prepare().await.unwrap();
        schema::migrate(&database).await.unwrap();
        Self { redis, store, database, _own: None }
    }

    /// A shop on a cluster, and its other nodes.
    pub(crate) async fn on_a_cluster() -> (Self, TestCluster) {
        let (mut cluster, shop) = (test_kit::cluster().await, Self::open().await);
        let store = Store::open(&cluster.url(), &settings()).unwrap();
        store.prepare().await.unwrap();
        (Self { redis: cluster.nodes.remove(0), store, ..shop }, cluster)
    }

    /// Starts every consumer, as one process would.
    pub(crate) fn consume(&self) -> Running {
        self.consume_with(quick())
    }

    pub(crate) fn consume_with(&self, timing: Timing) -> Running {
        self.consume_from(self.store.clone(), timing, Upkeep::default())
    }

    /// Starts every consumer; Redis is kept as small as this.
    pub(crate) fn consume_keeping(&self, upkeep: Upkeep) -> Running {
        self.consume_from(self.store.clone(), quick(), upkeep)
    }

    /// Starts every consumer; they come to Redis by this way.
    pub(crate) fn consume_through(&self, gate: &Gate, timing: Timing) -> Running {
        // What a gate holds back for long is given up, as what a Redis that hangs does not answer.
        let store = Store::open(&gate.url(), &settings()).unwrap();
        self.consume_from(store, timing, Upkeep::default())
    }

    /// Starts every consumer; they come to Postgres by this way.
    pub(crate) fn consume_over(&self, gate: &Gate) -> Running {
        let stop = CancellationToken::new();
        let database = self.database.clone().port(gate.port());
        let settings = Settings {
            store: self.store.clone(),
            database,
            timing: quick(),
            upkeep: Upkeep::default(),
            pay_within: PAY_WITHIN,
            provider: None,
            ask_payment_after: PAY_WITHIN,
        };
        Running { consumers: Consumers::start(settings, mailing(), telling(), stop.clone()), stop }
    }

    /// Starts every consumer; people are written to like this.
    pub(crate) fn consume_mailing(&self, mailing: Mailing) -> Running {
        let stop = CancellationToken::new();
        let (store, database) = (self.store.clone(), self.database.clone());
        let (timing, upkeep, provider) = (quick(), Upkeep::default(), None);
        let (pay_within, ask_payment_after) = (PAY_WITHIN, PAY_WITHIN);
        let settings = Settings { store, database, timing, upkeep, pay_within, provider, ask_payment_after };
        Running { consumers: Consumers::start(settings, mailing, telling(), stop.clone()), stop }
    }

    /// Starts every consumer; integrators are told like this.
    pub(crate) fn consume_telling(&self, telling: Telling) -> Running {
        let stop = CancellationToken::new();
        let (store, database) = (self.store.clone(), self.database.clone());
        let (timing, upkeep, provider) = (quick(), Upkeep::default(), None);
        let (pay_within, ask_payment_after) = (PAY_WITHIN, PAY_WITHIN);
        let settings = Settings { store, database, timing, upkeep, pay_within, provider, ask_payment_after };
        Running { consumers: Consumers::start(settings, mailing(), telling, stop.clone()), stop }
    }

    /// Starts every consumer; this moves the money.
    pub(crate) fn consume_paying(&self, provider: Arc<dyn Provider>) -> Running {
        let stop = CancellationToken::new();
        let (store, database, provider) = (self.store.clone(), self.database.clone(), Some(provider));
        let (timing, upkeep) = (quick(), Upkeep::default());
        let (pay_within, ask_payment_after) = (PAY_WITHIN, Duration::from_secs(1));
        let settings = Settings { store, database, timing, upkeep, pay_within, provider, ask_payment_after };
        Running { consumers: Consumers::start(settings, mailing(), telling(), stop.clone()), stop }
    }

    fn consume_from(&self, store: Store, timing: Timing, upkeep: Upkeep) -> Running {
        let stop = CancellationToken::new();
        let (database, provider) = (self.database.clone(), Some(Arc::new(self.provider()) as Arc<_>));
        let (pay_within, ask_payment_after) = (PAY_WITHIN, Duration::from_secs(1));
        let settings = Settings { store, database, timing, upkeep, pay_within, provider, ask_payment_after };
        Running { consumers: Consumers::start(settings, mailing(), telling(), stop.clone()), stop }
    }

    /// Who moves the money: nobody, but it looks so.
    pub(crate) fn provider(&self) -> Fake {
        Fake::open(&self.redis.url(), Duration::from_millis(100)).unwrap()
    }

    pub(crate) async fn sql(&self) -> PgConnection {
        PgConnection::connect_with(&self.database).await.unwrap()
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.sql().await).await.unwrap()
    }

    pub(crate) async fn operator(&self) -> redis::aio::MultiplexedConnection {
        redis::Client::open(self.redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
    }

    pub(crate) async fn execute<A: Aggregate>(&self, id: A::Id, command: A::Command) {
        self.store.execute::<A>(context(), id, command).await.unwrap();
    }

    pub(crate) async fn seller(&self, name: &str) -> UserId {
        let seller = UserId::from(Uuid::now_v7());
        let claim = || ClaimId::from(Uuid::now_v7());
        let record = Record::from([("username", name.to_owned()), ("shop_name", format!("{name}'s shop"))]);
        let request = Request::new(context(), [Stream::of::<User>(seller)]);
        let (email, username) = (claim(), claim());
        let register = move |states: &event_store::States<'_>| {
            let events = states.get::<User>(seller).decide(user::Command::Register { email, username }).unwrap();
            let changes = Changes::none().and::<User>(seller, events).and_private::<User>(seller, record.clone());
            Decision::new(changes, ())
        };
        self.store.commit(request, register).await.unwrap();
        self.execute::<User>(seller, user::Command::VerifyEmail { number: 1 }).await;
        self.execute::<User>(seller, user::Command::OpenShop { name: claim() }).await;
        seller
    }

    pub(crate) async fn product(&self, seller: UserId, units: u32) -> ProductId {
        let product = ProductId::from(Uuid::now_v7());
        let list = product::Command::List {
            seller,
            name: "Lantern".to_owned().try_into().unwrap(),
            description: None,
            category: None,
            price: price(339),
            images: vec!["https://example.com/1.jpg".to_owned().try_into().unwrap()],
            draft: false,
        };
        self.execute::<Product>(product, list).await;
        if units > 0 {
            let receive = inventory::Command::Receive { quantity: units, reference: None };
            self.execute::<Inventory>(product, receive).await;
        }
        product
    }

    /// Orders some units of each product, all from the same seller.
    pub(crate) async fn order(&self, seller: UserId, wanted: &[(ProductId, u32)]) -> OrderId {
        let order = OrderId::from(Uuid::now_v7());
        self.place(order, seller, wanted).await;
        order
    }

    pub(crate) async fn place(&self, order: OrderId, seller: UserId, wanted: &[(ProductId, u32)]) {
        assert!(self.try_to_place(order, seller, wanted).await, "the order is placed");
    }

    /// Places an order, and says whether the log took it: a store that is away may have taken it or not.
    pub(crate) async fn try_to_place(&self, order: OrderId, seller: UserId, wanted: &[(ProductId, u32)]) -> bool {
        let name = || "Lantern".to_owned().try_into().unwrap();
        let offer = || Some(Offer { seller, name: name(), price: price(339) });
        let lines =
            wanted.iter().map(|(product, quantity)| Wanted { product: *product, quantity: *quantity, offer: offer() });
        let placed = self.store.execute::<Order>(context(), order, self.placing(lines.collect())).await;
        placed.is_ok()
    }

    /// A command that orders this.
    pub(crate) fn placing(&self, lines: Vec<Wanted>) -> order::Command {
        let buyer = UserId::from(Uuid::now_v7());
        order::Command::Place { buyer, lines, charges: Charges::default(), expected_total: None, address: false }
    }

    pub(crate) async fn order_one(&self, seller: UserId, product: ProductId) -> OrderId {
        self.order(seller, &[(product, 1)]).await
    }

    pub(crate) async fn status(&self, order: OrderId) -> Option<Status> {
        self.store.load::<Order>(order).await.unwrap().status()
    }

    /// Waits until every consumer has settled everything there is.
    pub(crate) async fn at_rest(&self) {
        let at_rest = async || self.lag().await == 0;
        test_kit::eventually("consumers catch up", SOON, at_rest).await;
    }

    /// Events that some consumer has not settled yet.
    pub(crate) async fn lag(&self) -> u64 {
        let mut sql = self.sql().await;
        let read_models = schema::READ_MODELS.iter().map(|read_model| format!("{}_g1", read_model.name));
        let others = [schema::POLICIES, schema::MAILER, schema::PRIVACY, schema::WEBHOOKS, schema::ARCHIVE];
        let schemas = read_models.chain(others.map(str::to_owned));
        let positions = schemas.map(|schema| format!("select category, partition, position from {schema}.positions"));
        let positions = positions.collect::<Vec<_>>().join(" union all ");
        let positions: Vec<(String, i16, i64)> =
            sqlx::query_as(AssertSqlSafe(positions)).fetch_all(&mut sql).await.unwrap();
        // 28 feeds of 16 partitions at least; before the consumers have registered there is nothing to compare.
        let mut lag = u64::from(positions.len() < 28 * 16);
        for category in domain::event::categories() {
            for feed in event_store::Feed::all(category) {
                let head = self.store.head(feed).await.unwrap();
                let of_feed =
                    |row: &&(String, i16, i64)| row.0 == category && row.1 == i16::from(feed.partition.number());
                lag += positions.iter().filter(of_feed).map(|row| head.saturating_sub(row.2 as u64)).sum::<u64>();
            }
        }
        lag
    }

    /// Asserts that the rows are what a plain fold of the log makes.
    pub(crate) async fn verify(&self) {
        assert_eq!(projectors::verify(&self.store, &self.database).await.unwrap(), []);
    }
}

/// Consumers of one process.
pub(crate) struct Running {
    pub(crate) consumers: Consumers,
    stop: CancellationToken,
}

impl Running {
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.consumers.stopped().await;
    }

    pub(crate) fn faults(&self) -> Vec<(String, String)> {
        self.consumers.status().faults()
    }
}

/// Integrators on this machine are told.
pub(crate) fn telling() -> Telling {
    Telling {
        authority: Arc::new(Local { allowed: true }),
        patience: Duration::from_secs(10),
        attempts: 8,
        retry_after: Duration::from_secs(1),
        disable_after: Duration::from_secs(3600),
        kept: Duration::from_secs(3600),
    }
}

/// Nobody is written to.
pub(crate) fn mailing() -> Mailing {
    Mailing {
        way: Way::Off,
        sender: "Millrace <shop@example.org>".parse().unwrap(),
        public_url: "https://shop.example.org".to_owned(),
        links: Links::signed_by(|_| "token".into()),
        attempts: 3,
        retry_after: Duration::from_millis(1),
    }
}

/// Consumers that look often, gather little and retry at once.
pub(crate) fn quick() -> Timing {
    let (tick, moment) = (Duration::from_millis(100), Duration::from_millis(1));
    Timing { tick, linger: moment, retry_after: moment, ..Timing::default() }
}

/// Closes the books seldom: tests count the events of commands.
fn settings() -> event_store::Settings {
    event_store::Settings { books_every: 500, ..Default::default() }
}

/// A store whose answers may take as long as a gate holds them back.
pub(crate) fn patient() -> event_store::Settings {
    event_store::Settings { response_timeout: SOON, ..settings() }
}

pub(crate) fn context() -> Context {
    Context {
        actor: "test".to_owned(),
        command: CommandId::random(),
        at: OffsetDateTime::now_utc(),
        trace: String::new(),
    }
}

pub(crate) fn price(amount: u64) -> Price {
    Money { amount, currency: "GBP".to_owned().try_into().unwrap() }.try_into().unwrap()
}
