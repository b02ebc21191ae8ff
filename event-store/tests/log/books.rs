//! Closing the books, by the store itself and when somebody asks for it.

use event_store::{Recorded, Settings, Store};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::{
    support::{context, store},
    tally::{Command, Tally, count, put, tally},
};

/// The versions at which a stream carries forward.
async fn carried(store: &Store, tally: Uuid) -> Vec<u64> {
    let history = store.history("tally", tally).await.unwrap();
    history.iter().filter(|event| event.carries_forward()).map(|event| event.version).collect()
}

#[tokio::test]
async fn books_are_closed_every_500_events_behind_the_events_of_a_command() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    count(&store, tally, 4).await;
    assert_eq!(put(&store, tally, Command::Count(99)).await.unwrap(), 499);
    assert_eq!(carried(&store, tally).await, [] as [u64; 0]);
    assert_eq!(put(&store, tally, Command::Count(2)).await.unwrap(), 501, "the version of what was asked for");
    assert_eq!(put(&store, tally, Command::Count(1)).await.unwrap(), 503);
    count(&store, tally, 6).await;
    assert_eq!(carried(&store, tally).await, [502, 1_004]);

    let history = store.history("tally", tally).await.unwrap();
    let [last, closing]: &[Recorded; 2] = history[500..502].try_into().unwrap();
    assert_eq!((closing.actor.as_str(), &closing.command, &closing.at), ("books", &last.command, &last.at));
}

#[tokio::test]
async fn a_state_is_the_same_from_what_was_carried_forward_as_from_the_beginning() {
    let redis = test_kit::redis().await;
    let (here, there, tally) = (store(&redis).await, store(&redis).await, tally());
    put(&here, tally, Command::Remind(Some(7))).await.unwrap();
    count(&here, tally, 7).await;
    let (here, there) = (here.load::<Tally>(tally).await.unwrap(), there.load::<Tally>(tally).await.unwrap());
    assert_eq!((here.version(), &*here), (there.version(), &*there));
    assert_eq!((there.count, there.due), (700, Some(7)));
}

#[tokio::test]
async fn commands_that_are_appended_together_close_the_books_once() {
    let redis = test_kit::redis().await;
    let (one, two, tally) = (store(&redis).await, store(&redis).await, tally());
    let counts = |store| join_all((0..30).map(move |_| count(store, tally, 1)));
    counts(&one).await;
    counts(&two).await;
    let (carried, loaded) = (carried(&one, tally).await, one.load::<Tally>(tally).await.unwrap());
    assert_eq!((loaded.count, loaded.version()), (6_000, 6_000 + carried.len() as u64));
    let apart: Vec<_> = carried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(apart.iter().all(|events| (500..=600).contains(events)), "{apart:?}");
}

#[tokio::test]
async fn how_often_books_are_closed_can_be_set() {
    let redis = test_kit::redis().await;
    let tally = tally();
    let store = Store::open(&redis.url(), &Settings { books_every: 3, ..Settings::default() }).unwrap();
    store.prepare().await.unwrap();
    for _ in 0..7 {
        put(&store, tally, Command::Count(1)).await.unwrap();
    }
    assert_eq!(carried(&store, tally).await, [4, 8]);
}

#[tokio::test]
async fn a_large_state_is_carried_forward_less_often() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    put(&store, tally, Command::Load(200_000)).await.unwrap();
    count(&store, tally, 16).await;
    let carried = carried(&store, tally).await;
    assert_eq!(carried.len(), 2);
    assert!((1_000..1_200).contains(&(carried[1] - carried[0])), "{carried:?}");
}

#[tokio::test]
async fn a_state_too_large_to_be_carried_forward_fails_no_command() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    put(&store, tally, Command::Load(8 * 1024 * 1024)).await.unwrap();
    count(&store, tally, 6).await;
    assert_eq!(carried(&store, tally).await, [] as [u64; 0]);
    put(&store, tally, Command::Load(1)).await.unwrap();
    assert_eq!(store.load::<Tally>(tally).await.unwrap().count, 600);
}

#[tokio::test]
async fn the_books_of_a_finished_aggregate_are_closed_once() {
    let redis = test_kit::redis().await;
    let (here, there, tally) = (store(&redis).await, store(&redis).await, tally());
    put(&here, tally, Command::Count(3)).await.unwrap();
    assert_eq!(here.close_books::<Tally>(context(), tally).await.unwrap(), None, "it is not finished");
    put(&here, tally, Command::Finish).await.unwrap();
    let closed = join_all([&here, &there, &here].map(|store| store.close_books::<Tally>(context(), tally))).await;
    assert_eq!(closed.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [Some(5); 3]);
    assert_eq!(carried(&here, tally).await, [5]);
    assert_eq!(here.trim_stream("tally", tally, 5).await.unwrap(), 4);
    assert_eq!(there.load::<Tally>(tally).await.unwrap().count, 3);
    assert_eq!(there.close_books::<Tally>(context(), tally).await.unwrap(), Some(5));
}

#[tokio::test]
async fn an_aggregate_that_never_was_has_no_books() {
    let redis = test_kit::redis().await;
    assert_eq!(store(&redis).await.close_books::<Tally>(context(), tally()).await.unwrap(), None);
}
