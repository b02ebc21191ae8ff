//! Shorthands for what every test needs.

use std::time::Duration;

use domain::{
    Aggregate, OrderId, ProductId,
    inventory::{Command, Inventory},
};
use event_store::{
    Changes, CommandId, Context, Decision, ExecuteError, Failure, Outcome, Record, Request, Settings, Store, Stream,
};
use time::OffsetDateTime;
use uuid::Uuid;

/// A store of its own process, so to speak: nothing is shared with others but Redis.
pub(crate) async fn store(redis: &test_kit::TestRedis) -> Store {
    let store = unprepared(&redis.url());
    store.prepare().await.unwrap();
    store
}

pub(crate) fn unprepared(url: &str) -> Store {
    // Few events are ever enough to close the books: most tests count those of commands alone.
    let settings = Settings { response_timeout: Duration::from_millis(500), books_every: 500, ..Settings::default() };
    Store::open(url, &settings).unwrap()
}

/// A connection beside the store, as an operator has one.
pub(crate) async fn operator(redis: &test_kit::TestRedis) -> redis::aio::MultiplexedConnection {
    redis::Client::open(redis.url()).unwrap().get_multiplexed_async_connection().await.unwrap()
}

pub(crate) fn product() -> ProductId {
    Uuid::now_v7().into()
}

/// A product in a certain partition.
pub(crate) fn product_in(partition: u8) -> ProductId {
    domain::Partition::new(partition).unwrap().adopt(Uuid::now_v7()).into()
}

pub(crate) fn context() -> Context {
    Context {
        actor: "test".to_owned(),
        command: CommandId::random(),
        at: OffsetDateTime::now_utc(),
        trace: String::new(),
    }
}

pub(crate) fn receive(quantity: u32) -> Command {
    Command::Receive { quantity, reference: None }
}

pub(crate) fn reserve(quantity: u32) -> Command {
    Command::Reserve { order: OrderId::from(Uuid::now_v7()), quantity }
}

pub(crate) async fn execute(
    store: &Store,
    product: ProductId,
    command: Command,
) -> Result<u64, ExecuteError<<Inventory as Aggregate>::Error>> {
    store.execute::<Inventory>(context(), product, command).await
}

/// Puts a command to every one of these inventories, all or none, and notes it in a private record.
pub(crate) async fn receive_all(
    store: &Store,
    products: &[ProductId],
    quantity: u32,
    command: Option<CommandId>,
) -> Result<Outcome<String>, Failure> {
    let streams: Vec<_> = products.iter().map(|product| Stream::of::<Inventory>(*product)).collect();
    let mut request = Request::new(context(), streams);
    if let Some(command) = command {
        request.context.command = command;
        request.receipt_lifetime = Some(Duration::from_secs(60));
    }
    let products = products.to_vec();
    let commit = store.commit(request, move |states| {
        let mut changes =
            Changes::none().and_private::<Inventory>(products[0], Record::from([("note", quantity.to_string())]));
        for product in &products {
            changes = changes
                .and::<Inventory>(*product, states.get::<Inventory>(*product).decide(receive(quantity)).unwrap());
        }
        let answer = format!("received {quantity}");
        Decision { receipt: Some(answer.clone()), ..Decision::new(changes, answer) }
    });
    commit.await
}
