//! Commands through the event store: on many aggregates, and all on one.

use domain::{
    ProductId,
    inventory::{Command, Inventory},
};
use event_store::{CommandId, Context, Store};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    append::{Bare, Target as Stream},
    measure::{Amount, in_turns, rate},
    report::{Row, Target, Unit},
    stage::Stage,
};

const UNDER_WAY: usize = 64;
/// Each of those under way has so many aggregates of its own.
const AGGREGATES: usize = 64;

fn context() -> Context {
    Context {
        actor: "user:01977b1e-6f52-7cc0-8d1c-35a9b3c5d7e9".to_owned(),
        command: CommandId::random(),
        at: OffsetDateTime::now_utc(),
        trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00".to_owned(),
    }
}

/// Goods come in.
pub(crate) async fn receive(store: &Store, product: ProductId) -> anyhow::Result<()> {
    store.execute::<Inventory>(context(), product, Command::Receive { quantity: 1, reference: None }).await?;
    Ok(())
}

/// Goods that are received for many products, and for one.
pub(crate) async fn measure(amount: Amount, stage: &Stage) -> anyhow::Result<Vec<Row>> {
    let store = stage.store().await?;
    let products: Vec<Vec<_>> =
        (0..UNDER_WAY).map(|_| (0..AGGREGATES).map(|_| ProductId::from(Uuid::now_v7())).collect()).collect();
    let hot = products[0][0];
    receive(&store, hot).await?;
    let bare = Bare::like(stage.redis_url(), "inventory", hot.into()).await?;
    let streams: Vec<Vec<_>> = (0..UNDER_WAY).map(|_| (0..AGGREGATES).map(|_| Stream::new()).collect()).collect();

    // Each goes round its own, so that none waits for another.
    let next: Vec<_> = (0..UNDER_WAY).map(|_| std::cell::Cell::new(0)).collect();
    let turn = |which: usize| {
        let at = next[which].get();
        next[which].set((at + 1) % AGGREGATES);
        at
    };
    let distinct = async || {
        rate(amount.during, UNDER_WAY, async |which| receive(&store, products[which][turn(which)]).await).await
    };
    let append = async || {
        rate(amount.during, UNDER_WAY, async |which| bare.append(&streams[which][turn(which)], None).await).await
    };
    let (of_distinct, of_append) = in_turns(amount.rounds, distinct, append).await?;

    let on_one = async || rate(amount.during, UNDER_WAY, async |_| receive(&store, hot).await).await;
    let distinct = async || {
        rate(amount.during, UNDER_WAY, async |which| receive(&store, products[which][turn(which)]).await).await
    };
    let (of_one, beside) = in_turns(amount.rounds, on_one, distinct).await?;
    Ok(vec![
        Row {
            what: "command on one of many aggregates, 64 under way",
            limit: "the bare append function",
            ours: of_distinct,
            limits: of_append,
            unit: Unit::PerSecond,
            target: Target::AtLeast(0.75),
        },
        Row {
            what: "command on one hot aggregate, 64 under way",
            limit: "the same on many",
            ours: of_one,
            limits: beside,
            unit: Unit::PerSecond,
            target: Target::AtLeast(0.5),
        },
    ])
}
