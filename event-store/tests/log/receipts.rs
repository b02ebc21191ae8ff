//! A repeated command gets the answer of the first.

use domain::inventory::Inventory;
use event_store::{CommandId, Outcome};
use futures_util::future::join_all;

use crate::support::{product, receive_all, store};

fn repeatable() -> CommandId {
    CommandId::derived([7; 32])
}

#[tokio::test]
async fn a_repetition_changes_nothing_and_hears_the_first_answer() {
    let redis = test_kit::redis().await;
    let (store, product) = (store(&redis).await, product());
    let first = receive_all(&store, &[product], 2, Some(repeatable())).await.unwrap();
    let second = receive_all(&store, &[product], 3, Some(repeatable())).await.unwrap();
    assert_eq!(first, Outcome::Done("received 2".to_owned()));
    assert_eq!(second, Outcome::Replayed("received 2".to_owned()));
    assert_eq!(store.load::<Inventory>(product).await.unwrap().on_hand(), 2);
}

#[tokio::test]
async fn of_many_repetitions_at_once_exactly_one_is_done() {
    let redis = test_kit::redis().await;
    let (one, two, product) = (store(&redis).await, store(&redis).await, product());
    let outcomes = join_all((0..20).flat_map(|_| [&one, &two]).map(|store| async move {
        // Between two processes a repetition can also be contended for a while.
        loop {
            if let Ok(outcome) = receive_all(store, &[product], 2, Some(repeatable())).await {
                return outcome;
            }
        }
    }))
    .await;
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Done(_))).count();
    assert_eq!(done, 1);
    assert_eq!(one.load::<Inventory>(product).await.unwrap().on_hand(), 2);
}

#[tokio::test]
async fn a_repetition_in_another_process_finds_the_receipt() {
    let redis = test_kit::redis().await;
    let (here, there, product) = (store(&redis).await, store(&redis).await, product());
    receive_all(&here, &[product], 2, Some(repeatable())).await.unwrap();
    let again = receive_all(&there, &[product], 2, Some(repeatable())).await.unwrap();
    assert_eq!(again, Outcome::Replayed("received 2".to_owned()));
}
