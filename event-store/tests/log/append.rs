//! What an append writes, and what it refuses.

use std::collections::HashMap;

use domain::{
    Aggregate, ProductId, UserId,
    inventory::Inventory,
    money::{Money, Price},
    product::{self, Product},
};
use event_store::{Changes, Decision, Error, ExecuteError, Failure, Feed, Outcome, Request, States, Stream};
use redis::AsyncCommands;
use uuid::Uuid;

use crate::support::{context, execute, operator, product, product_in, receive, receive_all, reserve, store};

type Entries = Vec<(String, HashMap<String, String>)>;

#[tokio::test]
async fn a_history_reads_as_its_versions() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product_in(0xb));
    execute(&store, product, receive(5)).await.unwrap();
    execute(&store, product, reserve(2)).await.unwrap();

    let key = format!("inventory:{{b}}:{product}");
    let entries: Entries = operator(&redis).await.xrange_all(key).await.unwrap();
    let ids: Vec<_> = entries.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["1-0", "2-0"]);
    let kinds: Vec<_> = entries.iter().map(|(_, fields)| fields["type"].as_str()).collect();
    assert_eq!(kinds, ["inventory.received", "inventory.reserved"]);
    assert_eq!(entries[0].1["data"], r#"{"quantity":5}"#);
}

#[tokio::test]
async fn a_product_and_its_first_stock_are_one_append() {
    let redis = test_kit::redis().await;
    let (store, id) = (store(&redis).await, product());
    let request = Request::new(context(), [Stream::of::<Product>(id), Stream::of::<Inventory>(id)]);
    let list = product::Command::List {
        seller: UserId::from(Uuid::now_v7()),
        name: "Lantern".to_owned().try_into().unwrap(),
        description: None,
        category: None,
        price: Price::try_from(Money { amount: 339, currency: "GBP".to_owned().try_into().unwrap() }).unwrap(),
        images: vec![],
        draft: false,
    };
    let commit = store.commit(request, move |states| {
        let listed = states.get::<Product>(id).decide(list.clone()).unwrap();
        let received = states.get::<Inventory>(id).decide(receive(7)).unwrap();
        Decision::new(Changes::none().and::<Product>(id, listed).and::<Inventory>(id, received), ())
    });
    commit.await.unwrap();
    assert!(store.load::<Product>(id).await.unwrap().exists());
    assert_eq!(store.load::<Inventory>(id).await.unwrap().available(), 7);
}

#[tokio::test]
async fn the_function_refuses_every_version_but_the_next_and_writes_nothing_then() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let mut operator = operator(&redis).await;
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    execute(&store, product_in(0), receive(1)).await.unwrap();
    for (first, second) in [(0, 1), (1, 0), (0, 7)] {
        let mut call = redis::cmd("FCALL");
        call.arg("millrace_append_3").arg(3).arg(format!("t:{{0}}:{one}")).arg(format!("t:{{0}}:{two}"));
        call.arg("feed:t:{0}").arg(0).arg(2).arg(1).arg(0).arg(0).arg(0);
        for (id, version) in [(one, first), (two, second)] {
            call.arg(id.to_string()).arg(version).arg(1).arg(1).arg(&["t.happened", "1", "now", "me", "c", "", "{}"]);
        }
        let answer: Vec<String> = call.query_async(&mut operator).await.unwrap();
        assert_eq!(answer[0], "conflict");
        let written: u64 = operator.exists(&[format!("t:{{0}}:{one}"), format!("t:{{0}}:{two}")]).await.unwrap();
        assert_eq!(written, 0, "a partial append at versions {first} and {second}");
    }
}

#[tokio::test]
async fn a_stream_without_events_is_checked_and_its_feed_left_alone() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let product = product_in(0);
    execute(&store, product, receive(1)).await.unwrap();
    let id = Uuid::from(product).to_string();
    let mut call = redis::cmd("FCALL");
    call.arg("millrace_append_3").arg(2).arg(format!("inventory:{{0}}:{id}")).arg("feed:inventory:{0}");
    call.arg(&["0", "1", "1", "0", "0", "0", &*id, "1", "1", "0"]);
    let answer: (String, u64) = call.query_async(&mut operator(&redis).await).await.unwrap();
    assert_eq!(answer, ("ok".to_owned(), 0));
}

#[tokio::test]
async fn the_function_refuses_arguments_that_do_not_add_up() {
    let redis = test_kit::redis().await;
    let _store = store(&redis).await;
    let mut operator = operator(&redis).await;
    let mut call = redis::cmd("FCALL");
    call.arg("millrace_append_3").arg(2).arg("t:{0}:x").arg("feed:t:{0}");
    call.arg(0).arg(1).arg(1).arg(0).arg(0).arg(0).arg("x").arg(0).arg(1).arg(2).arg(&["t.happened", "1", "now"]);
    assert!(call.query_async::<redis::Value>(&mut operator).await.is_err());
    assert_eq!(operator.exists::<_, u64>("t:{0}:x").await.unwrap(), 0);
}

#[tokio::test]
async fn the_function_refuses_a_stream_that_is_named_twice_and_a_receipt_that_lasts_no_time() {
    let redis = test_kit::redis().await;
    let _store = store(&redis).await;
    let mut operator = operator(&redis).await;
    let event = ["t.happened", "1", "now", "me", "c", "", "{}"];
    let mut twice = redis::cmd("FCALL");
    twice.arg("millrace_append_3").arg(&["3", "t:{0}:x", "t:{0}:x", "feed:t:{0}", "0", "2", "1", "0", "0", "0"]);
    twice.arg(&["x", "0", "1", "1"]).arg(&event).arg(&["x", "0", "1", "1"]).arg(&event);
    assert!(twice.query_async::<redis::Value>(&mut operator).await.is_err());
    for lifetime in ["0", "1e3", "99999999999999999"] {
        let mut receipt = redis::cmd("FCALL");
        receipt.arg("millrace_append_3").arg(&[
            "3",
            "t:{0}:x",
            "feed:t:{0}",
            "receipt:{0}:c",
            "0",
            "1",
            "1",
            "1",
            "0",
            "0",
        ]);
        receipt.arg(&["x", "0", "1", "1"]).arg(&event).arg("done").arg(lifetime);
        assert!(receipt.query_async::<redis::Value>(&mut operator).await.is_err(), "a lifetime of {lifetime}");
    }
    assert_eq!(operator.exists::<_, u64>("t:{0}:x").await.unwrap(), 0);
}

#[tokio::test]
async fn a_deleted_entry_never_makes_an_append_partial() {
    let redis = test_kit::redis().await;
    let (here, there, product) = (store(&redis).await, store(&redis).await, product_in(6));
    let (stream, feed) = (format!("inventory:{{6}}:{product}"), Feed::all("inventory").nth(6).unwrap());
    let mut operator = operator(&redis).await;
    execute(&here, product, receive(1)).await.unwrap();
    execute(&here, product, receive(1)).await.unwrap();
    operator.xdel::<_, _, u64>("feed:inventory:{6}", &["2-0"]).await.unwrap();
    execute(&here, product, receive(1)).await.unwrap();
    assert_eq!(here.head(feed).await.unwrap(), 3, "positions go on behind what was deleted");

    operator.xdel::<_, _, u64>(&stream, &["3-0"]).await.unwrap();
    let refused = execute(&there, product, receive(1)).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Failed(Failure::Contended)), "{refused:?}");
    assert_eq!(here.head(feed).await.unwrap(), 3);

    // Also where it is written behind another one.
    let other = product_in(6);
    let both = Request::new(context(), [other, product].map(Stream::of::<Inventory>));
    let decide = move |states: &States<'_>| {
        let received = |id| states.get::<Inventory>(id).decide(receive(1)).unwrap();
        let changes = Changes::none().and::<Inventory>(other, received(other));
        Decision::new(changes.and::<Inventory>(product, received(product)), ())
    };
    there.commit(both, decide).await.unwrap_err();
    assert_eq!((here.head(feed).await.unwrap(), there.load::<Inventory>(other).await.unwrap().version()), (3, 0));
}

#[tokio::test]
async fn a_stream_that_is_only_decided_on_may_lack_its_newest_entry() {
    let redis = test_kit::redis().await;
    let (here, there) = (store(&redis).await, store(&redis).await);
    let (product, other) = (product_in(6), product_in(6));
    execute(&here, product, receive(1)).await.unwrap();
    execute(&here, product, receive(1)).await.unwrap();
    let stream = format!("inventory:{{6}}:{product}");
    operator(&redis).await.xdel::<_, _, u64>(&stream, &["2-0"]).await.unwrap();
    let request = Request::new(context(), [product, other].map(Stream::of::<Inventory>));
    let decide = move |states: &States<'_>| {
        let received = states.get::<Inventory>(other).decide(receive(1)).unwrap();
        Decision::new(Changes::none().and::<Inventory>(other, received), states.version::<Inventory>(product))
    };
    let Outcome::Done(version) = there.commit(request, decide).await.unwrap() else { panic!("it has no receipt") };
    assert_eq!((version, there.load::<Inventory>(other).await.unwrap().version()), (1, 1));
}

#[tokio::test]
async fn a_command_after_its_time_writes_nothing() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    let past = time::OffsetDateTime::now_utc() - time::Duration::seconds(1);
    let receive_until = |until| {
        let request = Request { not_after: Some(until), ..Request::new(context(), [Stream::of::<Inventory>(product)]) };
        store.commit(request, move |states| {
            let events = states.get::<Inventory>(product).decide(receive(1)).unwrap();
            Decision::new(Changes::none().and::<Inventory>(product, events), ())
        })
    };
    let late = receive_until(past).await;
    assert!(matches!(late, Err(Failure::Late)), "{late:?}");
    assert_eq!(store.load::<Inventory>(product).await.unwrap().version(), 0);

    let future = time::OffsetDateTime::now_utc() + time::Duration::minutes(1);
    receive_until(future).await.unwrap();
}

#[tokio::test]
async fn private_records_are_written_with_the_events_they_belong_to() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    receive_all(&store, &[product], 3, None).await.unwrap();
    let records = store.private("inventory", &[product.into(), Uuid::now_v7()]).await.unwrap();
    assert_eq!(records[0].get("note"), Some("3"));
    assert_eq!(records[1].get("note"), None);
    assert!(!format!("{records:?}").contains('3'), "values do not show in debug output");
}

#[tokio::test]
async fn more_events_than_one_append_takes_are_refused() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    let request = Request::new(context(), [Stream::of::<Inventory>(product)]);
    let event = domain::inventory::Event::Received { quantity: 1, reference: None };
    let commit = store.commit(request, move |_| {
        Decision::new(Changes::none().and::<Inventory>(product, vec![event.clone(); 501]), ())
    });
    let refused = commit.await;
    assert!(matches!(&refused, Err(Failure::Store(error)) if matches!(**error, Error::TooLarge { .. })), "{refused:?}");
    assert_eq!(store.load::<Inventory>(product).await.unwrap().version(), 0);
}

#[tokio::test]
async fn a_stream_with_a_missing_event_is_an_error_and_never_a_shorter_fold() {
    let redis = test_kit::redis().await;
    let (writer, id) = (store(&redis).await, product());
    for _ in 0..3 {
        execute(&writer, id, receive(1)).await.unwrap();
    }
    let key = format!("inventory:{{{}}}:{id}", domain::Partition::of(id));
    operator(&redis).await.xdel::<_, _, u64>(&key, &["2-0"]).await.unwrap();
    let reader = store(&redis).await;
    assert!(matches!(reader.load::<Inventory>(id).await, Err(Error::Gap { expected: 2, found: 3, .. })));
}

#[tokio::test]
async fn an_event_of_a_newer_version_is_an_error_that_concerns_its_aggregate_alone() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let (strange, healthy) = (product_in(3), product_in(3));
    let fields = [
        ("type", "inventory.counted"),
        ("schema", "1"),
        ("at", ""),
        ("actor", ""),
        ("command", ""),
        ("trace", ""),
        ("data", "{}"),
    ];
    let key = format!("inventory:{{3}}:{strange}");
    operator(&redis).await.xadd::<_, _, _, _, String>(key, "1-0", &fields).await.unwrap();
    let (failed, done) = tokio::join!(execute(&store, strange, receive(1)), execute(&store, healthy, receive(1)));
    assert!(failed.is_err_and(|error| error.to_string().contains("inventory.counted")));
    done.unwrap();
}

#[tokio::test]
async fn feeds_and_streams_hold_the_same_events() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let products: Vec<ProductId> = (0..16).map(product_in).collect();
    for product in &products {
        execute(&store, *product, receive(1)).await.unwrap();
        execute(&store, *product, reserve(1)).await.unwrap();
    }
    for (feed, product) in Feed::all("inventory").zip(&products) {
        let events = store.read_feed(feed, 1, 10).await.unwrap();
        assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2]);
        let history = store.history("inventory", (*product).into()).await.unwrap();
        assert_eq!(events.into_iter().map(|event| event.event).collect::<Vec<_>>(), history);
        assert_eq!(store.head(feed).await.unwrap(), 2);
    }
}
