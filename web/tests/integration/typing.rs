//! Who is typing reaches every process that listens, and nothing else.

use std::sync::Arc;
use std::time::Duration;

use connections::Connection;
use redis::AsyncCommands;
use test_kit::eventually;
use tokio::sync::broadcast::Receiver;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use web::connection;
use web::typing::{Heard, Typing, tell};

const SOON: Duration = Duration::from_secs(10);

fn typing() -> Typing {
    let [order, author, other] = std::array::from_fn(|_| Uuid::now_v7());
    Typing { order, author, party: "seller".to_owned(), audience: vec![other] }
}

/// Waits until so many processes follow.
async fn followed_by(redis: &Connection, count: u64) {
    let mut redis = redis.clone();
    let followers = async || {
        let numbers: (String, u64) =
            redis::cmd("PUBSUB").arg("NUMSUB").arg("typing").query_async(&mut redis).await.unwrap();
        numbers.1 == count
    };
    eventually("they follow", SOON, followers).await;
}

async fn heard(listener: &mut Receiver<Arc<Typing>>) -> Typing {
    (*tokio::time::timeout(SOON, listener.recv()).await.unwrap().unwrap()).clone()
}

#[tokio::test]
async fn every_process_hears_it_and_nobody_later() {
    let server = test_kit::redis().await;
    let redis = connection::open(&server.url().into()).unwrap();
    let (processes, shutdown) = ([Heard::default(), Heard::default()], CancellationToken::new());
    let mut listeners = processes.each_ref().map(Heard::listen);
    for process in &processes {
        tokio::spawn(process.clone().follow(redis.clone(), shutdown.clone()));
    }
    followed_by(&redis, 2).await;

    let first = typing();
    tell(&redis, &first).await.unwrap();
    for listener in &mut listeners {
        assert_eq!(heard(listener).await, first);
    }
    let mut late = processes[0].listen();
    // What another version tells is passed over.
    let _: u64 = redis.clone().publish("typing", "{}").await.unwrap();
    let second = typing();
    tell(&redis, &second).await.unwrap();
    assert_eq!(heard(&mut late).await, second);
    assert_eq!(heard(&mut listeners[1]).await, second);
    let keys: u64 = redis::cmd("DBSIZE").query_async(&mut redis.clone()).await.unwrap();
    assert_eq!(keys, 0, "it is kept nowhere");
    shutdown.cancel();
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let server = test_kit::redis().await;
    let redis = connection::open(&server.url().into()).unwrap();
    let (process, shutdown) = (Heard::default(), CancellationToken::new());
    let mut listener = process.listen();
    tokio::spawn(process.follow(redis.clone(), shutdown.clone()));
    followed_by(&redis, 1).await;

    let killed: u64 =
        redis::cmd("CLIENT").arg(&["KILL", "TYPE", "pubsub"]).query_async(&mut redis.clone()).await.unwrap();
    assert_eq!(killed, 1);
    followed_by(&redis, 1).await;

    let told = typing();
    tell(&redis, &told).await.unwrap();
    assert_eq!(heard(&mut listener).await, told);
    shutdown.cancel();
}
