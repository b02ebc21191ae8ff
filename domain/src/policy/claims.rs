//! Frees the names that nobody needs any more.

use super::{Answer, Command, Policy, Request, Terms};
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

    fn concerns(event: &Event) -> bool {
        matches!(event, Event::ProfileChanged { released: Some(_), .. } | Event::Erased { .. })
    }

    fn ask(owner: UserId, user: &User, event: &Event) -> Vec<Request> {
        match *event {
            // The user may have come back to that name since.
            Event::ProfileChanged { released: Some(claim), .. } if user.username() != Some(claim) => {
                vec![Request::ReleaseClaim { claim, owner }]
            }
            Event::Erased { ref released } => {
                released.iter().map(|claim| Request::ReleaseClaim { claim: *claim, owner }).collect()
            }
            Event::ProfileChanged { .. }
            | Event::Registered { .. }
            | Event::SignupRepeated {}
            | Event::VerificationRequested { .. }
            | Event::EmailVerified {}
            | Event::PasswordChanged { .. }
            | Event::ResetRequested { .. }
            | Event::SecondFactorEnabled {}
            | Event::SecondFactorDisabled {}
            | Event::SessionStarted { .. }
            | Event::SessionEnded { .. }
            | Event::RefreshReused { .. }
            | Event::RoleGranted { .. }
            | Event::RoleRevoked { .. }
            | Event::ShopOpened { .. }
            | Event::Suspended { .. }
            | Event::Reinstated {}
            | Event::CarriedForward { .. } => vec![],
        }
    }

    fn conclude(_: UserId, _: &Event, _: &[Answer], _: &Terms) -> Vec<Command> {
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Aggregate as _, testing::id, user::Command};

    fn registered() -> Event {
        Event::Registered { email: id(1), username: id(2) }
    }

    fn moved(from: u128, to: u128) -> Event {
        Event::ProfileChanged { username: Some(id(to)), released: Some(id(from)) }
    }

    #[test]
    fn releases_the_name_that_was_given_up() {
        let user = User::replay(&[registered(), moved(2, 3)]);
        assert_eq!(Claims::ask(id(9), &user, &moved(2, 3)), [Request::ReleaseClaim { claim: id(2), owner: id(9) }]);
    }

    #[test]
    fn keeps_a_name_that_the_user_came_back_to() {
        let user = User::replay(&[registered(), moved(2, 3), moved(3, 2)]);
        assert_eq!(Claims::ask(id(9), &user, &moved(2, 3)), []);
    }

    #[test]
    fn releases_everything_of_whoever_is_erased() {
        let history = [registered(), moved(2, 3), Event::EmailVerified {}, Event::ShopOpened { name: id(4) }];
        let user = User::replay(&history);
        let erased = user.decide(Command::Erase).unwrap().pop().unwrap();
        let released = [1, 3, 4].map(|claim| Request::ReleaseClaim { claim: id(claim), owner: id(9) });
        assert_eq!(Claims::ask(id(9), &user, &erased), released);
    }

    #[test]
    fn concerns_itself_with_what_may_release_a_name() {
        assert!(Claims::concerns(&moved(2, 3)) && Claims::concerns(&Event::Erased { released: [].into() }));
        assert!(!Claims::concerns(&registered()));
    }

    #[test]
    fn a_profile_that_keeps_its_name_releases_nothing() {
        let user = User::replay(&[registered()]);
        assert_eq!(Claims::ask(id(9), &user, &Event::ProfileChanged { username: None, released: None }), []);
    }
}
