//! Timers come and go with the appends that make them necessary or not.

use domain::{Aggregate, Partition};
use event_store::{Changes, Decision, DueTimer, Error, Request, Settings, Store, Stream};
use redis::AsyncCommands;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    support::{context, operator, store},
    tally::{Command, Tally, after_1970, put, tally},
};

fn partition() -> Partition {
    Partition::new(9).unwrap()
}

async fn due(store: &Store, now: i64) -> Vec<DueTimer> {
    let due = store.due(partition(), after_1970(now), 0, 100).await.unwrap();
    due.into_iter().map(Result::unwrap).collect()
}

fn reminder(tally: Uuid, due: OffsetDateTime) -> DueTimer {
    DueTimer { category: "tally".to_owned(), id: tally, kind: "remind".to_owned(), due }
}

/// What the runner of timers does: a command that a timer makes necessary.
async fn fire(store: &Store, timer: DueTimer, command: Command) {
    let (tally, fired) = (timer.id, Some(timer));
    let request = Request { fired, ..Request::new(context(), [Stream::of::<Tally>(tally)]) };
    let commit = store.commit(request, move |states| {
        let changes = states.get::<Tally>(tally).decide(command.clone());
        Decision::new(
            changes.map_or_else(|_| Changes::none(), |events| Changes::none().and::<Tally>(tally, events)),
            (),
        )
    });
    commit.await.unwrap();
}

#[tokio::test]
async fn a_timer_is_set_moved_and_removed_by_the_events_that_say_so() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    put(&store, tally, Command::Remind(Some(50))).await.unwrap();
    assert_eq!(due(&store, 49).await, []);
    assert_eq!(due(&store, 50).await, [reminder(tally, after_1970(50))]);
    put(&store, tally, Command::Count(1)).await.unwrap();
    put(&store, tally, Command::Remind(Some(20))).await.unwrap();
    assert_eq!(due(&store, 30).await, [reminder(tally, after_1970(20))]);
    put(&store, tally, Command::Remind(None)).await.unwrap();
    assert_eq!(due(&store, 1_000).await, []);
    assert!(!operator(&redis).await.exists::<_, bool>("timers:{9}").await.unwrap());
}

#[tokio::test]
async fn timers_that_are_due_come_in_their_order_and_page_by_page() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    let tallies: Vec<_> = (0..5).map(|_| tally()).collect();
    for (due, tally) in (1..).zip(tallies.iter().rev()) {
        put(&store, *tally, Command::Remind(Some(due))).await.unwrap();
    }
    let page = async |skip| {
        let due = store.due(partition(), after_1970(4), skip, 3).await.unwrap();
        due.into_iter().map(|timer| timer.unwrap().id).collect::<Vec<_>>()
    };
    assert_eq!(page(0).await, [tallies[4], tallies[3], tallies[2]]);
    assert_eq!(page(3).await, [tallies[1]], "the fifth is not due yet");
}

#[tokio::test]
async fn a_fired_timer_goes_with_its_command_whatever_that_decides() {
    let redis = test_kit::redis().await;
    let store = store(&redis).await;
    for command in [Command::Remind(None), Command::Count(1), Command::Count(0), Command::Remind(Some(1))] {
        let tally = tally();
        put(&store, tally, Command::Remind(Some(1))).await.unwrap();
        fire(&store, reminder(tally, after_1970(1)), command.clone()).await;
        assert_eq!(due(&store, 100).await, [], "after {command:?}");
    }
    // A refusal is a decision too.
    let tally = tally();
    put(&store, tally, Command::Remind(Some(1))).await.unwrap();
    put(&store, tally, Command::Finish).await.unwrap();
    fire(&store, reminder(tally, after_1970(1)), Command::Count(1)).await;
    assert_eq!(due(&store, 100).await, []);
}

#[tokio::test]
async fn a_fired_timer_that_is_wanted_at_another_time_stays_for_that_time() {
    let redis = test_kit::redis().await;
    let (here, there, tally) = (store(&redis).await, store(&redis).await, tally());
    put(&here, tally, Command::Remind(Some(1))).await.unwrap();
    fire(&here, reminder(tally, after_1970(1)), Command::Remind(Some(8))).await;
    assert_eq!(due(&here, 100).await, [reminder(tally, after_1970(8))], "set anew by the command itself");

    // While the timer was on its way, others wanted it later; `here` does not know.
    put(&there, tally, Command::Remind(Some(9))).await.unwrap();
    fire(&here, reminder(tally, after_1970(8)), Command::Count(0)).await;
    assert_eq!(due(&here, 100).await, [reminder(tally, after_1970(9))], "set anew by somebody else");
}

#[tokio::test]
async fn a_timer_that_was_set_to_a_wrong_time_fires_and_is_set_right() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    put(&store, tally, Command::Remind(Some(70))).await.unwrap();
    let member = format!("tally:{tally}:remind");
    let _: u64 = operator(&redis).await.zadd("timers:{9}", member, 2_000).await.unwrap();
    fire(&store, reminder(tally, after_1970(2)), Command::Count(0)).await;
    assert_eq!(due(&store, 100).await, [reminder(tally, after_1970(70))]);
}

#[tokio::test]
async fn a_timer_outlives_what_carries_its_aggregate_forward() {
    let redis = test_kit::redis().await;
    let tally = tally();
    let store = Store::open(&redis.url(), &Settings { books_every: 2, ..Settings::default() }).unwrap();
    store.prepare().await.unwrap();
    put(&store, tally, Command::Remind(Some(5))).await.unwrap();
    put(&store, tally, Command::Count(3)).await.unwrap();
    assert_eq!(due(&store, 5).await, [reminder(tally, after_1970(5))]);
}

#[tokio::test]
async fn a_refused_append_changes_no_timer() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    put(&store, tally, Command::Remind(Some(5))).await.unwrap();
    let past = Some(OffsetDateTime::now_utc() - time::Duration::SECOND);
    let request = Request { not_after: past, ..Request::new(context(), [Stream::of::<Tally>(tally)]) };
    let late = store.commit(request, move |states| {
        let events = states.get::<Tally>(tally).decide(Command::Remind(None)).unwrap();
        Decision::new(Changes::none().and::<Tally>(tally, events), ())
    });
    late.await.unwrap_err();
    assert_eq!(due(&store, 5).await, [reminder(tally, after_1970(5))]);
}

#[tokio::test]
async fn the_function_refuses_timers_that_do_not_add_up() {
    let redis = test_kit::redis().await;
    let _store = store(&redis).await;
    let mut operator = operator(&redis).await;
    let () = operator.set("timers:{1}", "none of ours").await.unwrap();
    let event = ["t.happened", "1", "now", "me", "c", "", "{}"];
    let timers: [(&str, &[&str]); 5] = [
        ("timers:{0}", &["1", "t:x:later", "soon", "0"]),
        ("timers:{0}", &["1", "t:x:later", "5"]),
        ("timers:{0}", &["1", "t:x:later", "5", "1"]),
        ("timers:{0}", &["0", "0", "more"]),
        ("timers:{1}", &["1", "t:x:later", "5", "0"]),
    ];
    for (key, timers) in timers {
        let mut call = redis::cmd("FCALL");
        call.arg("millrace_append_3").arg(&["3", "t:{0}:x", "feed:t:{0}", key, "0", "1", "1", "0", "0", "1"]);
        call.arg(&["x", "0", "1", "1"]).arg(&event).arg(timers);
        assert!(call.query_async::<redis::Value>(&mut operator).await.is_err(), "{timers:?}");
    }
    assert_eq!(operator.exists::<_, u64>("t:{0}:x").await.unwrap(), 0);
}

#[tokio::test]
async fn a_foreign_timer_is_named_and_hides_no_other() {
    let redis = test_kit::redis().await;
    let (store, tally) = (store(&redis).await, tally());
    let _: u64 = operator(&redis).await.zadd("timers:{9}", "lunch", 12).await.unwrap();
    put(&store, tally, Command::Remind(Some(50))).await.unwrap();
    let [foreign, ours] = <[_; 2]>::try_from(store.due(partition(), after_1970(100), 0, 10).await.unwrap()).unwrap();
    assert!(matches!(&foreign, Err(Error::Foreign { entry, .. }) if entry == "lunch"), "{foreign:?}");
    assert_eq!(ours.unwrap(), reminder(tally, after_1970(50)));
}
