//! What was read at once, feed by feed, and what of it belongs together.

use std::collections::HashMap;

use event_store::{Feed, Positioned};
use uuid::Uuid;

use super::held::Held;

/// The events that were read at once, in the order of each feed.
pub(crate) type Turn = [(Feed, Vec<Positioned>)];

/// The events of one aggregate in a turn, in their order.
pub(crate) struct Run<'a> {
    pub(crate) feed: Feed,
    pub(crate) events: Vec<&'a Positioned>,
}

/// The aggregates of a turn: those that flow, and those whose events wait behind one that fails.
pub(crate) fn runs<'a>(turn: &'a Turn, held: &Held) -> (Vec<Run<'a>>, Vec<Run<'a>>) {
    let mut runs = Vec::<Run<'a>>::new();
    let mut places = HashMap::<(Feed, Uuid), usize>::new();
    for (feed, events) in turn {
        for event in events {
            let place = *places.entry((*feed, event.event.id)).or_insert_with(|| {
                runs.push(Run { feed: *feed, events: Vec::new() });
                runs.len() - 1
            });
            runs[place].events.push(event);
        }
    }
    runs.into_iter().partition(|run| !held.contains(run.feed, run.events[0].event.id))
}
