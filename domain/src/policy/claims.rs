//! Frees the names that nobody needs any more.

use super::{Answer, Command, Policy, Request};
use crate::{
    UserId,
    user::{Event, User},
};

/// Releases the claims that an account no longer rests on.
#[derive(Clone, Copy, Debug)]
pub struct Claims;

impl Policy for Claims {
    const GROUP: &'static str = "claims";

    type Follows = User;

    fn ask(owner: UserId, user: &User, event: &Event) -> Vec<Request> {
        match *event {
            // The user may have come back to that name since.
            Event::ProfileChanged { released: Some(claim), .. } if user.username() != Some(claim) => {
                vec![Request::ReleaseClaim { claim, owner }]
            }
            Event::ProfileChanged { .. }
            | Event::Registered { .. }
            | Event::RoleGranted { .. }
            | Event::RoleRevoked { .. }
            | Event::ShopOpened { .. } => vec![],
        }
    }

    fn conclude(_: UserId, _: &Event, _: &[Answer]) -> Vec<Command> {
        vec![]
    }
}
