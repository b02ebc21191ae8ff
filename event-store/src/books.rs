//! Closing the books: now and then a stream gets an entry that carries its whole state forward, so that a fold can begin
//! there and what lies before may be trimmed.

use domain::Aggregate;

use crate::{Changes, Context, Decision, Failure, Outcome, Request, Store, Stream};

/// The actor of entries that the store appends by itself.
pub(crate) const ACTOR: &str = "books";
/// The most bytes of an entry that carries a state forward.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;
/// How many bytes of a state are worth another event to read: a large state is carried forward less often.
const BYTES_PER_EVENT: usize = 200;

/// When the books of one stream were closed last, and how large the entry was.
#[derive(Clone, Copy, Default)]
pub(crate) struct Books {
    version: u64,
    bytes: usize,
    /// Whether the event at that version carries the state forward; it may have been too large.
    carried: bool,
}

impl Books {
    /// They were closed by the event at this version.
    pub(crate) const fn closed(version: u64, bytes: usize) -> Self {
        Self { version, bytes, carried: true }
    }

    /// They could not be closed behind this version.
    pub(crate) const fn left_open(version: u64, bytes: usize) -> Self {
        Self { version, bytes, carried: false }
    }

    /// Whether enough has happened since to close them again.
    pub(crate) fn are_due(self, version: u64, every: u64) -> bool {
        version - self.version >= every.max((self.bytes / BYTES_PER_EVENT) as u64)
    }

    /// Whether nothing has happened since.
    pub(crate) const fn are_closed(self, version: u64) -> bool {
        self.version == version && self.carried
    }
}

impl Store {
    /// Closes the books of a finished aggregate, and returns the version of the event that carries it forward: a new one,
    /// or the last one where nothing has happened since. `None` when the aggregate is not finished, or is never carried
    /// forward.
    ///
    /// # Errors
    /// [`Failure`] says whether trying again can help. It is safe to repeat.
    pub async fn close_books<A: Aggregate>(&self, context: Context, id: A::Id) -> Result<Option<u64>, Failure> {
        // What is closed can be trimmed, so this goes on when memory is short.
        let request = Request { settling: true, ..Request::new(context, [Stream::of::<A>(id)]) };
        let outcome = self.commit(request, move |states| {
            let (state, version) = (states.get::<A>(id), states.version::<A>(id));
            if !state.is_finished() {
                return Decision::new(Changes::none(), None);
            }
            if states.are_closed::<A>(id) {
                return Decision::new(Changes::none(), Some(version));
            }
            match state.carried_forward() {
                Some(event) => Decision::new(Changes::none().and::<A>(id, vec![event]), Some(version + 1)),
                None => Decision::new(Changes::none(), None),
            }
        });
        match outcome.await? {
            Outcome::Done(closed) => Ok(closed),
            Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Books;

    #[test]
    fn a_large_state_is_carried_forward_less_often() {
        assert!(!Books::default().are_due(499, 500));
        assert!(Books::default().are_due(500, 500));
        let large = Books::closed(501, 1_000_000);
        assert!(!large.are_due(5_500, 500));
        assert!(large.are_due(5_501, 500));
    }
}
