//! Laws of accounts: what opens them is used up, and who is out stays out.

use std::collections::BTreeSet;

use domain::{
    Aggregate, SessionId,
    user::{Command, Error, Event, PasswordChange, Role, User},
};
use proptest::{collection::vec, prelude::*};

use crate::{alone::live, wishes};

proptest! {
    #[test]
    fn a_link_is_used_once(commands in vec(wishes::of_user(), 0..60)) {
        let (mut user, mut used) = (User::default(), BTreeSet::new());
        for command in commands {
            let Ok(events) = user.decide(command.clone()) else { continue };
            for event in &events {
                if let (Command::VerifyEmail { number }, Event::EmailVerified {}) = (&command, event) {
                    prop_assert_eq!(*number, user.verification(), "the newest");
                    prop_assert!(used.insert(("verification", *number)));
                }
                let reset = Event::PasswordChanged { by: PasswordChange::Reset };
                if let (Command::ResetPassword { number, at }, true) = (&command, *event == reset) {
                    prop_assert!(user.reset().is_some_and(|(newest, until)| *number == newest && *at < until));
                    prop_assert!(used.insert(("reset", *number)));
                }
            }
            events.iter().for_each(|event| user.evolve(event));
        }
    }

    #[test]
    fn links_are_counted(commands in vec(wishes::of_user(), 0..60)) {
        let (_, history) = live::<User>(commands);
        let (mut verifications, mut resets) = (0, 0);
        for event in history {
            if let Event::VerificationRequested { number } = event {
                verifications += 1;
                prop_assert_eq!(number, verifications);
            }
            if let Event::ResetRequested { number, .. } = event {
                resets += 1;
                prop_assert_eq!(number, resets);
            }
        }
    }

    #[test]
    fn nobody_has_too_many_sessions(commands in vec(wishes::of_user(), 0..60)) {
        let mut user = User::default();
        for command in commands {
            let Ok(events) = user.decide(command.clone()) else { continue };
            events.iter().for_each(|event| user.evolve(event));
            if let Command::StartSession { session, most, .. } = command && !events.is_empty() {
                prop_assert!(user.sessions().count() <= most.max(1));
                prop_assert!(user.sessions().any(|live| live.id == session));
            }
        }
    }

    #[test]
    fn a_session_that_ends_has_begun_and_whoever_is_out_has_none(commands in vec(wishes::of_user(), 0..60)) {
        let (_, history) = live::<User>(commands);
        let (mut user, mut open) = (User::default(), BTreeSet::<SessionId>::new());
        for (place, event) in history.iter().enumerate() {
            user.evolve(event);
            if let Event::SessionStarted { session, .. } = event {
                prop_assert!(!user.is_suspended() && open.insert(*session));
            }
            if let Event::SessionEnded { session, .. } = event {
                prop_assert!(open.remove(session));
            }
            if let Event::Erased { .. } = event {
                prop_assert!(open.is_empty());
                prop_assert_eq!(place + 1, history.len(), "nothing happens any more");
            }
            prop_assert_eq!(user.sessions().map(|session| session.id).collect::<BTreeSet<_>>(), open.clone());
        }
    }

    #[test]
    fn nothing_is_accepted_of_whoever_is_erased(before in vec(wishes::of_user(), 0..30), wish in wishes::of_user()) {
        let (mut user, _) = live::<User>(before);
        prop_assume!(user.has_account());
        let hand_over = Command::RevokeRole { role: Role::Admin };
        user.decide(hand_over).expect("there is an account").iter().for_each(|event| user.evolve(event));
        user.decide(Command::Erase).expect("there is an account").iter().for_each(|event| user.evolve(event));
        prop_assert_eq!(user.sessions().count(), 0);
        prop_assert_eq!(user.decide(wish), Err(Error::Erased));
    }
}
