//! Folded aggregates of any type, and the cache of them.

use std::{
    any::Any,
    marker::PhantomData,
    ops::{Deref, RangeInclusive},
    sync::Arc,
};

use domain::{Aggregate, Partition, Timer, event};
use uuid::Uuid;

use crate::{Error, Recorded, books::Books, recorded::carries_forward};

/// Names one aggregate, and knows how to fold it.
#[derive(Clone, Copy)]
pub struct Stream {
    pub(crate) category: &'static str,
    pub(crate) id: Uuid,
    empty: fn() -> Box<dyn State>,
}

impl Stream {
    /// The stream of this aggregate.
    #[must_use]
    pub fn of<A: Aggregate>(id: A::Id) -> Self {
        Self { category: A::CATEGORY, id: id.into(), empty: || Box::new(Folded(A::default())) }
    }

    /// Where it lives.
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition::of(self.id)
    }

    pub(crate) const fn key(&self) -> Key {
        (self.category, self.id)
    }

    /// The empty state, just before this version.
    pub(crate) fn before(&self, version: u64) -> Snapshot {
        Snapshot { version: version - 1, books: Books::default(), state: (self.empty)() }
    }
}

pub(crate) type Key = (&'static str, Uuid);

/// A state that events of its own aggregate can be folded into.
pub(crate) trait State: Any + Send + Sync {
    fn copy(&self) -> Box<dyn State>;
    fn fold(&mut self, event: &Recorded) -> Result<(), event::Error>;
    fn evolve(&mut self, event: &dyn Any);
    fn carried_forward(&self) -> Option<(Box<dyn Any>, event::Stored)>;
    fn timers(&self) -> Vec<Timer>;
}

struct Folded<A>(A);

impl<A: Aggregate> State for Folded<A> {
    fn copy(&self) -> Box<dyn State> {
        Box::new(Self(self.0.clone()))
    }

    fn fold(&mut self, event: &Recorded) -> Result<(), event::Error> {
        self.0.evolve(&event.event::<A>()?);
        Ok(())
    }

    fn evolve(&mut self, event: &dyn Any) {
        self.0.evolve(event.downcast_ref().expect("changes are made for the aggregate of their stream"));
    }

    fn carried_forward(&self) -> Option<(Box<dyn Any>, event::Stored)> {
        let event = self.0.carried_forward()?;
        let stored = event::encode(&event);
        Some((Box::new(event), stored))
    }

    fn timers(&self) -> Vec<Timer> {
        self.0.timers()
    }
}

/// An aggregate as it was at one version.
pub(crate) struct Snapshot {
    pub(crate) version: u64,
    pub(crate) books: Books,
    pub(crate) state: Box<dyn State>,
}

impl Snapshot {
    pub(crate) fn copy(&self) -> Self {
        Self { version: self.version, books: self.books, state: self.state.copy() }
    }

    /// Folds the next event of the log.
    pub(crate) fn fold(&mut self, category: &'static str, event: &Recorded) -> Result<(), Error> {
        let (id, version) = (event.id, event.version);
        if version != self.version + 1 {
            return Err(Error::Gap { category, id, expected: self.version + 1, found: version });
        }
        self.state.fold(event).map_err(|source| Error::Event { category, id, version, source })?;
        self.version = version;
        if event.carries_forward() {
            self.books = Books::closed(version, event.data.len());
        }
        Ok(())
    }

    /// Folds an event that is about to be written.
    pub(crate) fn evolve(&mut self, event: &dyn Any, stored: &event::Stored) {
        self.state.evolve(event);
        self.version += 1;
        if carries_forward(&stored.kind) {
            self.books = Books::closed(self.version, stored.data.len());
        }
    }

    /// The versions at which it was as it is now: to be carried forward changes nothing.
    pub(crate) fn current_versions(&self) -> RangeInclusive<u64> {
        self.version - u64::from(self.books.are_closed(self.version))..=self.version
    }

    pub(crate) fn get<A: Aggregate>(&self) -> &A {
        let state: &dyn Any = &*self.state;
        &state.downcast_ref::<Folded<A>>().expect("a category belongs to one aggregate").0
    }
}

/// An aggregate as the log had it when it was loaded.
pub struct Loaded<A> {
    snapshot: Arc<Snapshot>,
    aggregate: PhantomData<A>,
}

impl<A: Aggregate> Loaded<A> {
    pub(crate) const fn new(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, aggregate: PhantomData }
    }

    /// How many events it has; 0 when there is no such aggregate.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.snapshot.version
    }

    /// The versions at which it was as it is now: the last, and also the one before where the last event only carries it forward.
    #[must_use]
    pub fn current_versions(&self) -> RangeInclusive<u64> {
        self.snapshot.current_versions()
    }
}

impl<A: Aggregate> Deref for Loaded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        self.snapshot.get()
    }
}
