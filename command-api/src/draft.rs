//! What a command changes, while it is being decided.

use std::any::Any;

use domain::user::Event;
use domain::{Aggregate, UserId};
use event_store::{Changes, Record, States};
use web::consistency::{Token, Write};
use web::problem::Problem;

use crate::call::IfMatch;

/// The states that a command is decided on, and the changes so far.
pub(crate) struct Draft<'a, 'b> {
    states: &'a States<'b>,
    if_match: &'a IfMatch,
    changes: Changes,
    /// What was written, the aggregate that the command is about first.
    writes: Vec<Write>,
    happened: Happened,
}

/// What has happened to users.
pub(crate) type Happened = Vec<(UserId, Vec<Event>)>;

impl<'a, 'b> Draft<'a, 'b> {
    pub(crate) fn new(states: &'a States<'b>, if_match: &'a IfMatch) -> Self {
        Self { states, if_match, changes: Changes::none(), writes: Vec::new(), happened: Vec::new() }
    }

    /// An aggregate as it is now.
    pub(crate) fn state<A: Aggregate>(&self, id: A::Id) -> &'a A {
        self.states.get::<A>(id)
    }

    /// An aggregate that exists and that the caller may touch; anything else is not there.
    pub(crate) fn accessible<A: Aggregate>(&self, id: A::Id, may: impl FnOnce(&A) -> bool) -> Result<&'a A, Problem> {
        let state = self.states.get::<A>(id);
        match self.states.version::<A>(id) > 0 && may(state) {
            true => Ok(state),
            false => Err(Problem::not_found()),
        }
    }

    /// Refuses when an aggregate has moved on from what the client knows. Asked only after [`Self::accessible`], so that a
    /// version tells strangers nothing.
    pub(crate) fn check_version<A: Aggregate>(&self, id: A::Id) -> Result<(), Problem> {
        // Queries show a product together with its stock: `ETag: "<product version>.<stock version>"`.
        let shown_with_another = A::CATEGORY == domain::product::Product::CATEGORY;
        self.if_match.check(&self.states.current_versions::<A>(id), shown_with_another)
    }

    /// Adds the events of one aggregate, all at once, and returns the version that they lead to.
    pub(crate) fn add<A: Aggregate>(&mut self, id: A::Id, events: Vec<A::Event>) -> u64 {
        if let Some(events) = (&events as &dyn Any).downcast_ref::<Vec<Event>>() {
            self.happened.push((id.into().into(), events.clone()));
        }
        self.changes = std::mem::take(&mut self.changes).and::<A>(id, events);
        let version = self.states.version::<A>(id) + self.changes.count::<A>(id);
        self.writes.push(Write { category: A::CATEGORY.to_owned(), id: id.into(), version });
        version
    }

    /// Sets personal fields of an aggregate.
    pub(crate) fn set_private<A: Aggregate>(&mut self, id: A::Id, fields: Record) {
        self.changes = std::mem::take(&mut self.changes).and_private::<A>(id, fields);
    }

    /// Everything that changes, the version of the aggregate that the command is about, all versions written, and what has
    /// happened to users.
    pub(crate) fn finish(self) -> (Changes, Option<u64>, Token, Happened) {
        let version = self.writes.first().map(|write| write.version);
        (self.changes, version, self.writes.into_iter().collect(), self.happened)
    }
}
