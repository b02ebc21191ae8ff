//! Many callers, several processes, one log.

use std::time::Duration;

use domain::inventory::{self, Inventory};
use event_store::{Changes, Decision, ExecuteError, Failure, Feed, Request, Stream};
use futures_util::future::join_all;
use redis::AsyncCommands;

use crate::support::{context, execute, operator, product, product_in, receive, receive_all, reserve, store};

#[tokio::test]
async fn nothing_is_lost_when_two_processes_write_the_same_aggregate() {
    let redis = test_kit::redis().await;
    let (one, two, product) = (store(&redis).await, store(&redis).await, product());
    let patiently = async |store| {
        // A contended command is one that the caller sends again.
        while let Err(error) = execute(store, product, receive(1)).await {
            assert!(matches!(error, ExecuteError::Failed(Failure::Contended)), "{error}");
        }
    };
    join_all((0..100).flat_map(|_| [patiently(&one), patiently(&two)])).await;
    let inventory = one.load::<Inventory>(product).await.unwrap();
    assert_eq!((inventory.version(), inventory.on_hand()), (200, 200));
}

#[tokio::test]
async fn ten_units_go_to_ten_of_two_hundred_orders() {
    let redis = test_kit::redis().await;
    let (one, two, product) = (store(&redis).await, store(&redis).await, product());
    execute(&one, product, receive(10)).await.unwrap();
    let attempt = async |store| loop {
        match execute(store, product, reserve(1)).await {
            Ok(_) => return true,
            Err(ExecuteError::Rejected(inventory::Error::Insufficient { .. })) => return false,
            Err(ExecuteError::Failed(Failure::Contended)) => {}
            Err(error) => panic!("{error}"),
        }
    };
    let reserved = join_all((0..100).flat_map(|_| [attempt(&one), attempt(&two)])).await;
    assert_eq!(reserved.into_iter().filter(|reserved| *reserved).count(), 10);
    assert_eq!(one.load::<Inventory>(product).await.unwrap().available(), 0);
}

#[tokio::test]
async fn a_refusal_is_never_decided_on_a_stale_state() {
    let redis = test_kit::redis().await;
    let (here, there, product) = (store(&redis).await, store(&redis).await, product());
    assert!(matches!(execute(&here, product, reserve(1)).await, Err(ExecuteError::Rejected(_))));
    execute(&there, product, receive(1)).await.unwrap();
    // `here` still remembers an empty inventory.
    execute(&here, product, reserve(1)).await.unwrap();
}

#[tokio::test]
async fn another_aggregate_is_brought_up_to_date_each_time_it_is_loaded() {
    let redis = test_kit::redis().await;
    let (here, there, product) = (store(&redis).await, store(&redis).await, product());
    assert_eq!(here.load::<Inventory>(product).await.unwrap().available(), 0);
    execute(&there, product, receive(4)).await.unwrap();
    assert_eq!(here.load::<Inventory>(product).await.unwrap().available(), 4);
}

#[tokio::test]
async fn commands_that_wait_together_are_appended_together() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    join_all((0..100).map(|_| execute(&store, product, receive(1)))).await;
    let statistics: String =
        redis::cmd("INFO").arg("commandstats").query_async(&mut operator(&redis).await).await.unwrap();
    let line = statistics.lines().find(|line| line.starts_with("cmdstat_fcall:")).unwrap();
    let calls: u32 = line.split(['=', ',']).nth(1).unwrap().parse().unwrap();
    assert!(calls <= 10, "100 commands took {calls} appends");
    assert_eq!(store.load::<Inventory>(product).await.unwrap().on_hand(), 100);
}

#[tokio::test]
async fn an_append_over_several_aggregates_is_all_or_nothing_under_conflicts() {
    let redis = test_kit::redis().await;
    let (one, two) = (store(&redis).await, store(&redis).await);
    let pair = [product_in(7), product_in(7)];
    let together = async |store| while receive_all(store, &pair, 1, None).await.is_err() {};
    join_all((0..50).flat_map(|_| [together(&one), together(&two)])).await;
    for product in pair {
        assert_eq!(one.load::<Inventory>(product).await.unwrap().on_hand(), 100);
    }
    assert_eq!(one.head(Feed::all("inventory").nth(7).unwrap()).await.unwrap(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_stands_when_its_caller_goes_away() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    let request = Request::new(context(), [Stream::of::<Inventory>(product)]);
    let (started, caller_is_gone) = (std::sync::Arc::new(tokio::sync::Notify::new()), std::sync::mpsc::channel::<()>());
    let (signal, (gone, wait)) = (started.clone(), caller_is_gone);
    let commit = store.commit(request, move |states| {
        signal.notify_one();
        tokio::task::block_in_place(|| wait.recv_timeout(Duration::from_secs(5)).ok());
        let events = domain::Aggregate::decide(states.get::<Inventory>(product), receive(1)).unwrap();
        Decision::new(Changes::none().and::<Inventory>(product, events), ())
    });
    tokio::select! {
        _ = commit => panic!("it cannot end before the caller is gone"),
        () = started.notified() => {}
    }
    gone.send(()).unwrap();
    let written = async || store.load::<Inventory>(product).await.unwrap().version() == 1;
    test_kit::eventually("the command is written all the same", Duration::from_secs(5), written).await;
}

#[tokio::test]
async fn a_decision_that_panics_takes_no_other_command_with_it() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let (bad, good) = (product_in(2), product_in(2));
    let request = Request::new(context(), [Stream::of::<Inventory>(bad)]);
    let panics = store.commit(request, |_| -> Decision<()> { panic!("as the test wants it") });
    let (failed, done) = tokio::join!(panics, execute(&store, good, receive(1)));
    assert!(matches!(failed, Err(Failure::Store(_))));
    done.unwrap();
}

#[tokio::test]
async fn an_aggregate_over_which_the_fold_panics_takes_no_other_command_with_it() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let (bad, good) = (product_in(2), product_in(2));
    // Twice the largest correction there is: no version of the code would write that.
    let data = format!(r#"{{"delta":{},"reason":"counted"}}"#, i64::MAX);
    let fields = [("type", "inventory.adjusted"), ("schema", "1"), ("at", ""), ("actor", ""), ("command", "")];
    let fields = [fields.as_slice(), &[("trace", ""), ("data", &data)]].concat();
    for version in ["1-0", "2-0"] {
        let stream = format!("inventory:{{2}}:{}", uuid::Uuid::from(bad));
        let () = operator(&redis).await.xadd(stream, version, &fields).await.unwrap();
    }
    let (failed, done) = tokio::join!(execute(&store, bad, receive(1)), execute(&store, good, receive(1)));
    done.unwrap();
    let ExecuteError::Failed(Failure::Store(error)) = failed.unwrap_err() else { panic!("it cannot be decided") };
    assert!(matches!(*error, event_store::Error::Panicked) && !error.is_infrastructure(), "{error}");
}

#[tokio::test]
async fn a_command_that_changes_what_it_did_not_name_leaves_the_others_alone() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let (named, other) = (product_in(2), product_in(2));
    let request = Request::new(context(), [Stream::of::<Inventory>(named)]);
    let event = inventory::Event::Received { quantity: 1, reference: None };
    let strays =
        store.commit(request, move |_| Decision::new(Changes::none().and::<Inventory>(other, vec![event.clone()]), ()));
    assert!(matches!(strays.await, Err(Failure::Store(_))));
    let next = tokio::time::timeout(Duration::from_secs(5), execute(&store, named, receive(1))).await;
    assert_eq!(next.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn what_did_not_fit_into_an_append_holds_it_up_neither_way() {
    let redis = test_kit::redis().await;
    let (here, there) = (store(&redis).await, store(&redis).await);
    let (large, stale) = (product_in(2), product_in(2));
    assert!(matches!(execute(&here, stale, reserve(1)).await, Err(ExecuteError::Rejected(_))));
    execute(&there, stale, receive(1)).await.unwrap();
    let request = Request::new(context(), [Stream::of::<Inventory>(large)]);
    let event = inventory::Event::Received { quantity: 1, reference: None };
    let fills = here
        .commit(request, move |_| Decision::new(Changes::none().and::<Inventory>(large, vec![event.clone(); 500]), ()));
    let both = async { tokio::join!(fills, execute(&here, stale, reserve(1))) };
    let (filled, reserved) = tokio::time::timeout(Duration::from_secs(5), both).await.unwrap();
    filled.unwrap();
    assert_eq!(reserved.unwrap(), 2);
}

#[tokio::test]
async fn a_foreign_entry_behind_what_is_cached_concerns_its_aggregate_alone() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let (strange, healthy) = (product_in(3), product_in(3));
    execute(&store, strange, receive(1)).await.unwrap();
    let key = format!("inventory:{{3}}:{strange}");
    operator(&redis).await.xadd::<_, _, _, _, String>(key, "1-5", &[("note", "mine")]).await.unwrap();
    let (failed, done) = tokio::join!(execute(&store, strange, receive(1)), execute(&store, healthy, receive(1)));
    assert!(failed.is_err_and(|error| error.to_string().contains("1-5")));
    done.unwrap();
}

#[tokio::test]
async fn a_load_forgets_what_the_log_has_lost() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    execute(&store, product, receive(5)).await.unwrap();
    redis::cmd("FLUSHALL").query_async::<()>(&mut operator(&redis).await).await.unwrap();
    assert_eq!(store.load::<Inventory>(product).await.unwrap().version(), 0);
}

#[tokio::test]
async fn a_log_that_lost_its_tail_is_read_anew() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    execute(&store, product, receive(5)).await.unwrap();
    redis::cmd("FLUSHALL").query_async::<()>(&mut operator(&redis).await).await.unwrap();
    assert!(matches!(execute(&store, product, reserve(1)).await, Err(ExecuteError::Rejected(_))));
    assert_eq!(operator(&redis).await.exists::<_, u64>("inventory").await.unwrap(), 0);
}

#[tokio::test]
async fn a_settling_command_never_gives_up_against_others() {
    let redis = test_kit::redis().await;
    let (one, two, product) = (store(&redis).await, store(&redis).await, product());
    let settle = async |store: &event_store::Store| {
        let request = Request { settling: true, ..Request::new(context(), [Stream::of::<Inventory>(product)]) };
        let commit = store.commit(request, move |states| {
            let events = domain::Aggregate::decide(states.get::<Inventory>(product), receive(1)).unwrap();
            Decision::new(Changes::none().and::<Inventory>(product, events), ())
        });
        commit.await.unwrap();
    };
    // One after the other on either side, so that the two sides meet as often as can be.
    let side = async |store: &event_store::Store| {
        for _ in 0..200 {
            settle(store).await;
        }
    };
    tokio::join!(side(&one), side(&two));
    assert_eq!(one.load::<Inventory>(product).await.unwrap().on_hand(), 400);
}
