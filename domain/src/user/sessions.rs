//! The sessions of a user.

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{Ending, Event, Session, Which};
use crate::SessionId;

/// The sessions that have not ended, and when each does in any case. Their ids count on with time: the oldest is first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sessions(BTreeMap<SessionId, OffsetDateTime>);

impl Sessions {
    pub(super) fn iter(&self) -> impl Iterator<Item = Session> {
        self.0.iter().map(|(id, until)| Session { id: *id, until: *until })
    }

    pub(super) fn until(&self, session: SessionId) -> Option<OffsetDateTime> {
        self.0.get(&session).copied()
    }

    /// What a new session does to the others, and itself.
    pub(super) fn start(
        &self,
        session: SessionId,
        at: OffsetDateTime,
        until: OffsetDateTime,
        most: usize,
    ) -> Vec<Event> {
        if self.0.contains_key(&session) {
            return vec![];
        }
        let (expired, live): (Vec<_>, Vec<_>) = self.iter().partition(|other| other.until <= at);
        let too_many = (live.len() + 1).saturating_sub(most.max(1));
        let expired = expired.into_iter().map(|other| (other, Ending::Expired));
        let displaced = live.into_iter().take(too_many).map(|other| (other, Ending::Displaced));
        let ended = expired.chain(displaced).map(|(other, reason)| Event::SessionEnded { session: other.id, reason });
        ended.chain([Event::SessionStarted { session, until }]).collect()
    }

    /// The ends of some of them.
    pub(super) fn end(&self, which: Which, reason: Ending) -> impl Iterator<Item = Event> {
        let included = self.0.keys().copied().filter(move |session| which.includes(*session));
        included.map(move |session| Event::SessionEnded { session, reason })
    }

    pub(super) fn started(&mut self, session: SessionId, until: OffsetDateTime) {
        self.0.insert(session, until);
    }

    pub(super) fn ended(&mut self, session: SessionId) {
        self.0.remove(&session);
    }
}

impl FromIterator<Session> for Sessions {
    fn from_iter<I: IntoIterator<Item = Session>>(sessions: I) -> Self {
        Self(sessions.into_iter().map(|session| (session.id, session.until)).collect())
    }
}
