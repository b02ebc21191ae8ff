//! What has happened to a user counts wherever their tokens are looked at.
//!
//! The log decides. Whatever command-api does, it asks the user's aggregate first: a session that has ended there is
//! refreshed no more and commands nothing, whatever token it shows. What is done here, once the events are written, tells
//! those who look at tokens alone, and tidies up. When that fails, or the process dies before it, queries learn the same
//! from the `users` read model within moments; so a command that was carried out is never answered as if it had failed.

use domain::user::Event;
use domain::{SessionId, UserId};
use futures_util::future::join_all;
use time::OffsetDateTime;

use crate::app::App;
use crate::audit;

impl App {
    /// Ends sessions that have ended, makes access tokens of before worthless where the user's rights have changed, and
    /// writes the security log.
    pub(crate) async fn take_effect(&self, user: UserId, events: &[Event]) {
        events.iter().for_each(|event| audit::happened(user, event));
        let ended: Vec<_> = events.iter().filter_map(ended).collect();
        let now = OffsetDateTime::now_utc();
        self.revocations.seed(ended.iter().map(|session| ((*session).into(), now)));
        for failed in join_all(ended.iter().map(|session| self.sessions.end((*session).into()))).await {
            if let Err(error) = failed {
                tracing::warn!(%error, "the end of a session was not announced; queries learn of it from the read model");
            }
        }
        if events.iter().any(outdates_tokens)
            && let Err(error) = self.sessions.renew(user.into()).await
        {
            tracing::warn!(%error, "a change of rights was not announced; queries learn of it from the read model");
        }
    }
}

const fn ended(event: &Event) -> Option<SessionId> {
    if let Event::SessionEnded { session, .. } = event { Some(*session) } else { None }
}

const fn outdates_tokens(event: &Event) -> bool {
    matches!(
        event,
        Event::PasswordChanged { .. }
            | Event::RoleGranted { .. }
            | Event::RoleRevoked { .. }
            | Event::SecondFactorDisabled {}
            | Event::Suspended { .. }
            | Event::Erased { .. }
    )
}
