//! The log on a Redis Cluster of three masters.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{Partition, ProductId, inventory::Inventory};
use event_store::{CommandId, Error, ExecuteError, Failure, Feed, Store};
use redis::AsyncCommands;
use test_kit::{TestCluster, eventually};

use crate::support::{execute, operator, product_in, receive, receive_all, store, unprepared};

const SOON: Duration = Duration::from_secs(30);
const BLOCK: Duration = Duration::from_millis(300);

async fn opened() -> (TestCluster, Store) {
    let cluster = test_kit::cluster().await;
    let store = unprepared(&cluster.url());
    store.prepare().await.unwrap();
    (cluster, store)
}

fn feed(partition: u8) -> Feed {
    Feed { category: "inventory", partition: Partition::new(partition).unwrap() }
}

/// Follows the feeds of all partitions as a consumer does: from its positions, and again whenever anything is in doubt. Ends
/// with the last event once nobody appends any more.
async fn consume(store: Store, all_is_said: Arc<AtomicBool>) -> BTreeMap<Feed, Vec<ProductId>> {
    let feeds: Vec<_> = Feed::all("inventory").collect();
    let mut read: BTreeMap<Feed, Vec<ProductId>> = feeds.iter().map(|feed| (*feed, Vec::new())).collect();
    'session: loop {
        for feed in &feeds {
            if store.set_group("readers", *feed, read[feed].len() as u64).await.is_err() {
                tokio::task::yield_now().await;
                continue 'session;
            }
        }
        let mut reader = store.reader("readers", "one");
        loop {
            let Ok(turn) = reader.next(&feeds, 500, BLOCK).await else { continue 'session };
            if turn.is_empty() && all_is_said.load(Ordering::Relaxed) {
                let mut left = 0;
                for feed in &feeds {
                    left += store.head(*feed).await.unwrap() - read[feed].len() as u64;
                }
                if left == 0 {
                    return read;
                }
            }
            for (feed, events) in turn {
                let read = read.get_mut(&feed).unwrap();
                for event in events {
                    if event.position != read.len() as u64 + 1 {
                        continue 'session;
                    }
                    read.push(event.event.id.into());
                }
            }
        }
    }
}

#[tokio::test]
async fn every_partition_is_appended_to_and_read_where_it_is() {
    let (cluster, store) = opened().await;
    let other = unprepared(&cluster.url());
    let products: Vec<_> = (0..16).map(product_in).collect();
    for product in &products {
        execute(&store, *product, receive(5)).await.unwrap();
        assert_eq!(other.load::<Inventory>(*product).await.unwrap().version(), 1);
    }
    assert!(store.is_ready().await.unwrap());
    assert_eq!(store.unsafe_settings().await.unwrap(), []);
    let feeds: Vec<_> = Feed::all("inventory").collect();
    for feed in &feeds {
        store.set_group("readers", *feed, 0).await.unwrap();
    }
    let (mut reader, mut read) = (store.reader("readers", "one"), 0);
    while read < 16 {
        let turn = reader.next(&feeds, 10, BLOCK).await.unwrap();
        read += turn.iter().map(|(_, events)| events.len()).sum::<usize>();
    }
    // One that waits is woken by what comes.
    let appended = async {
        execute(&store, products[7], receive(1)).await.unwrap();
    };
    let (turn, ()) = tokio::join!(reader.next(&feeds, 10, SOON), appended);
    let turn = turn.unwrap();
    assert_eq!((turn[0].0, turn[0].1[0].position), (feed(7), 2));
}

#[tokio::test]
async fn a_new_master_gets_the_functions_by_itself() {
    let (mut cluster, store) = opened().await;
    let product = product_in(5);
    execute(&store, product, receive(5)).await.unwrap();
    cluster.add_master().await;
    // By whoever asks whether the store is ready,
    eventually("the new master has the functions", SOON, async || store.is_ready().await.unwrap_or(false)).await;
    // or else by whoever appends there.
    let mut new =
        redis::Client::open(cluster.nodes[3].url()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let () = redis::cmd("FUNCTION").arg("FLUSH").query_async(&mut new).await.unwrap();
    cluster.begin_to_move("{5}", 3).await;
    cluster.end_move("{5}", 3).await;
    execute(&store, product, receive(2)).await.unwrap();
    assert_eq!(store.load::<Inventory>(product).await.unwrap().version(), 2);
    assert!(store.is_ready().await.unwrap());
}

#[tokio::test]
async fn what_was_known_of_another_owner_of_the_partition_is_forgotten() {
    let (cluster, store) = opened().await;
    let product = product_in(11);
    execute(&store, product, receive(3)).await.unwrap();
    execute(&store, product, receive(5)).await.unwrap();
    let to = (cluster.owner("{b}").await + 1) % 3;
    cluster.begin_to_move("{b}", to).await;
    cluster.end_move("{b}", to).await;
    // Another event takes the place of the last, as after a failover to a replica that was behind.
    let stream = format!("inventory:{{b}}:{product}");
    let mut owner = operator(&cluster.nodes[to]).await;
    let _: u64 = owner.xdel(&stream, &["2-0"]).await.unwrap();
    redis::cmd("XSETID").arg(&stream).arg("1-0").query_async::<()>(&mut owner).await.unwrap();
    execute(&unprepared(&cluster.url()), product, receive(1)).await.unwrap();
    assert_eq!(execute(&store, product, receive(1)).await.unwrap(), 3);
    assert_eq!(store.load::<Inventory>(product).await.unwrap().on_hand(), 5);
}

#[tokio::test]
async fn a_log_is_restored_into_an_empty_cluster_alone() {
    let (redis, (_cluster, after)) = (test_kit::redis().await, opened().await);
    let (before, products) = (store(&redis).await, (0..16).map(product_in).collect::<Vec<_>>());
    let mut restoring = after.restoring().await.unwrap();
    for product in &products {
        receive_all(&before, &[*product], 3, None).await.unwrap();
        let history = before.history("inventory", (*product).into()).await.unwrap();
        restoring.restore_stream("inventory", (*product).into(), &history).await.unwrap();
        let feed = Feed { category: "inventory", partition: Partition::of(*product) };
        restoring.restore_feed(feed, &before.read_feed(feed, 1, 10).await.unwrap()).await.unwrap();
        let refused = execute(&after, *product, receive(1)).await;
        assert!(matches!(refused, Err(ExecuteError::Failed(Failure::Store(_)))), "{refused:?}");
    }
    restoring.finish().await.unwrap();
    for product in products {
        assert_eq!(execute(&after, product, receive(1)).await.unwrap(), 2);
    }
    assert!(matches!(after.restoring().await.map(drop), Err(Error::NotEmpty { .. })));
    assert!(after.is_ready().await.unwrap(), "it goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_partition_moves_nothing_is_lost_and_nothing_happens_twice() {
    let (cluster, store) = opened().await;
    let (stop, all_is_said) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let reading = tokio::spawn(consume(unprepared(&cluster.url()), all_is_said.clone()));
    let products: Vec<_> = (0..64).map(|n| product_in(n % 16)).collect();
    // Each command is repeated with its key until it is answered.
    let buyers: Vec<_> = (0..8)
        .map(|buyer| {
            let (store, stop, products) = (unprepared(&cluster.url()), stop.clone(), products.clone());
            tokio::spawn(async move {
                let mut answered = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let product = products[(buyer + answered.len() * 7) % products.len()];
                    let command = Some(CommandId::random());
                    while receive_all(&store, &[product], 1, command).await.is_err() {
                        tokio::task::yield_now().await;
                    }
                    answered.push(product);
                }
                answered
            })
        })
        .collect();
    let count = async || {
        let mut events = 0;
        for feed in Feed::all("inventory") {
            events += store.head(feed).await.unwrap_or_default();
        }
        events
    };
    eventually("commands come in", SOON, async || count().await > 200).await;
    for partition in ["{5}", "{b}"] {
        let to = (cluster.owner(partition).await + 1) % 3;
        cluster.begin_to_move(partition, to).await;
        while cluster.move_keys(partition, to, 3).await {
            tokio::task::yield_now().await;
        }
        cluster.end_move(partition, to).await;
        let before = count().await;
        eventually("commands go on", SOON, async || count().await > before + 200).await;
    }
    stop.store(true, Ordering::Relaxed);
    let mut answered = BTreeMap::<ProductId, usize>::new();
    for buyer in buyers {
        buyer.await.unwrap().into_iter().for_each(|product| *answered.entry(product).or_default() += 1);
    }
    all_is_said.store(true, Ordering::Relaxed);
    let read = reading.await.unwrap();
    let mut seen = BTreeMap::<ProductId, usize>::new();
    for (feed, products) in &read {
        assert_eq!(products.len() as u64, store.head(*feed).await.unwrap(), "{feed} is read without gaps");
        products.iter().for_each(|product| *seen.entry(*product).or_default() += 1);
    }
    assert_eq!(seen, answered);
}
