//! Feeds and streams that have lost what lies before.

use domain::Partition;
use event_store::{Error, Feed};
use redis::AsyncCommands;

use crate::{
    support::{operator, store},
    tally::{Command, Tally, count, put, stream_of, tally},
};

fn feed() -> Feed {
    Feed { category: "tally", partition: Partition::new(9).unwrap() }
}

#[tokio::test]
async fn a_trimmed_feed_keeps_what_was_asked_for_and_always_its_newest_event() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    assert_eq!((store.head(feed()).await.unwrap(), store.first(feed()).await.unwrap()), (0, None));
    assert_eq!(store.trim_feed(feed(), 7).await.unwrap(), 0);
    count(&store, tally, 3).await;
    assert_eq!(store.trim_feed(feed(), 151).await.unwrap(), 150);
    assert_eq!((store.head(feed()).await.unwrap(), store.first(feed()).await.unwrap()), (300, Some(151)));
    assert_eq!(store.trim_feed(feed(), 1_000).await.unwrap(), 149);
    assert_eq!((store.head(feed()).await.unwrap(), store.first(feed()).await.unwrap()), (300, Some(300)));
}

#[tokio::test]
async fn an_append_on_a_trimmed_aggregate_gets_the_right_next_version() {
    let redis = test_kit::redis().await;
    let (here, there, tally) = (store(&redis).await, store(&redis).await, tally());
    count(&here, tally, 6).await;
    let carried =
        here.history("tally", tally).await.unwrap().iter().rfind(|event| event.carries_forward()).unwrap().version;
    assert_eq!(here.trim_stream("tally", tally, carried).await.unwrap(), carried - 1);
    here.trim_feed(feed(), 10_000).await.unwrap();
    let next = put(&there, tally, Command::Count(1)).await.unwrap();
    assert_eq!(next, 602);
    assert_eq!(put(&here, tally, Command::Count(1)).await.unwrap(), 603);
    assert_eq!(here.load::<Tally>(tally).await.unwrap().count, 602);
    assert_eq!((here.head(feed()).await.unwrap(), here.first(feed()).await.unwrap()), (603, Some(601)));
}

#[tokio::test]
async fn a_stream_and_a_feed_trimmed_to_nothing_go_on() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    count(&store, tally, 1).await;
    for key in [stream_of(tally), "feed:tally:{9}".to_owned()] {
        let mut trim = redis::cmd("XTRIM");
        let trimmed: u64 = trim.arg(key).arg("MAXLEN").arg(0).query_async(&mut operator(&redis).await).await.unwrap();
        assert_eq!(trimmed, 100);
    }
    assert_eq!((store.head(feed()).await.unwrap(), store.first(feed()).await.unwrap()), (100, None));
    // The store knows the state from before; nobody else can make it up.
    assert_eq!(put(&store, tally, Command::Count(1)).await.unwrap(), 101);
    assert_eq!((store.head(feed()).await.unwrap(), store.first(feed()).await.unwrap()), (101, Some(101)));
}

#[tokio::test]
async fn a_stream_is_trimmed_before_what_carries_it_forward_and_nowhere_else() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    count(&store, tally, 6).await;
    for version in [300, 601, 9_000] {
        let refused = store.trim_stream("tally", tally, version).await;
        assert!(matches!(refused, Err(Error::Beginning { found, .. }) if found == version), "{refused:?}");
    }
    assert_eq!(operator(&redis).await.xlen::<_, u64>(stream_of(tally)).await.unwrap(), 601);
}

#[tokio::test]
async fn a_large_event_never_stands_first() {
    let redis = test_kit::redis().await;
    let (here, there, tally) = (store(&redis).await, store(&redis).await, tally());
    count(&here, tally, 4).await;
    put(&here, tally, Command::Load(100_000)).await.unwrap();
    count(&here, tally, 1).await;
    assert_eq!(here.trim_stream("tally", tally, 502).await.unwrap(), 500);
    assert_eq!(here.trim_feed(feed(), 502).await.unwrap(), 500);
    assert_eq!(here.first(feed()).await.unwrap(), Some(501));
    assert_eq!(put(&there, tally, Command::Count(1)).await.unwrap(), 503);
    assert_eq!(there.load::<Tally>(tally).await.unwrap().count, 501);
    assert_eq!(there.trim_feed(feed(), 503).await.unwrap(), 2);
    assert_eq!(there.first(feed()).await.unwrap(), Some(503));
}

#[tokio::test]
async fn a_follower_of_a_trimmed_feed_sees_what_comes() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    count(&store, tally, 1).await;
    let mut follower = store.follow([feed()]).await.unwrap();
    put(&store, tally, Command::Count(2)).await.unwrap();
    store.trim_feed(feed(), 101).await.unwrap();
    let read = follower.next(std::time::Duration::from_millis(200)).await.unwrap();
    assert_eq!(read[0].1.iter().map(|event| event.position).collect::<Vec<_>>(), [101, 102]);
}
