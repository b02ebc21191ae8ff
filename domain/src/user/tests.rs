//! What accounts promise, one by one.

use time::{Duration, OffsetDateTime, macros::datetime};

use super::*;
use crate::testing::{given, id, text};

const NOON: OffsetDateTime = datetime!(2026-11-02 12:00 UTC);

fn registered() -> Event {
    Event::Registered { email: id(1), username: id(2) }
}

const fn asked(number: u32) -> Event {
    Event::VerificationRequested { number }
}

fn reset_asked(number: u32) -> Event {
    Event::ResetRequested { number, until: NOON + Duration::minutes(30) }
}

fn started(session: u128) -> Event {
    Event::SessionStarted { session: id(session), until: NOON + Duration::days(30) }
}

fn ended(session: u128, reason: Ending) -> Event {
    Event::SessionEnded { session: id(session), reason }
}

/// An account with these sessions.
fn with_sessions(sessions: impl IntoIterator<Item = u128>) -> Vec<Event> {
    std::iter::once(registered()).chain(sessions.into_iter().map(started)).collect()
}

fn start(session: u128, at: OffsetDateTime) -> Command {
    Command::StartSession { session: id(session), at, until: at + Duration::days(30), most: 3 }
}

#[test]
fn everybody_begins_as_a_buyer() {
    given::<User>([]).when(Command::Register { email: id(1), username: id(2) }).then([registered(), asked(1)]);
    let user = User::replay(&[registered()]);
    assert!(user.exists() && user.roles().eq([Role::Buyer]));
}

#[test]
fn registers_once() {
    given::<User>([registered()]).when(Command::Register { email: id(1), username: id(2) }).then_nothing();
    given::<User>([registered()])
        .when(Command::Register { email: id(1), username: id(3) })
        .then_err(Error::AlreadyRegistered);
}

#[test]
fn nothing_else_comes_before_registering() {
    for command in [
        Command::ChangeProfile { username: None },
        Command::GrantRole { role: Role::Admin },
        Command::RevokeRole { role: Role::Buyer },
        Command::OpenShop { name: id(3) },
        Command::RepeatSignup,
        Command::VerifyEmail { number: 0 },
        start(1, NOON),
        Command::Erase,
    ] {
        given::<User>([]).when(command).then_err(Error::Unknown);
    }
}

#[test]
fn a_new_name_releases_the_old_one() {
    let moved = Event::ProfileChanged { username: Some(id(3)), released: Some(id(2)) };
    given::<User>([registered()]).when(Command::ChangeProfile { username: Some(id(3)) }).then([moved.clone()]);
    assert_eq!(User::replay(&[registered(), moved]).username(), Some(id(3)));
}

#[test]
fn the_same_name_written_differently_releases_nothing() {
    let changed = Event::ProfileChanged { username: None, released: None };
    given::<User>([registered()]).when(Command::ChangeProfile { username: Some(id(2)) }).then([changed.clone()]);
    assert_eq!(User::replay(&[registered(), changed]).username(), Some(id(2)));
}

#[test]
fn grants_and_revokes_a_role_once() {
    let granted = Event::RoleGranted { role: Role::Support };
    let revoked = Event::RoleRevoked { role: Role::Support };
    let grant = Command::GrantRole { role: Role::Support };
    let revoke = Command::RevokeRole { role: Role::Support };
    given::<User>([registered()]).when(grant.clone()).then([granted.clone()]);
    given::<User>([registered(), granted.clone()]).when(grant).then_nothing();
    given::<User>([registered(), granted.clone()]).when(revoke.clone()).then([revoked.clone()]);
    given::<User>([registered(), granted, revoked]).when(revoke).then_nothing();
}

#[test]
fn only_a_shop_makes_a_seller() {
    let role = Role::Seller;
    given::<User>([registered()]).when(Command::GrantRole { role }).then_err(Error::SellerByShop);
    given::<User>([registered()]).when(Command::RevokeRole { role }).then_err(Error::SellerByShop);
    assert!(User::replay(&[registered(), Event::ShopOpened { name: id(3) }]).is_seller());
}

#[test]
fn keeps_one_shop() {
    let opened = Event::ShopOpened { name: id(3) };
    let open = |name| Command::OpenShop { name: id(name) };
    given::<User>([registered(), Event::EmailVerified {}]).when(open(3)).then([opened.clone()]);
    given::<User>([registered(), opened.clone()]).when(open(3)).then_nothing();
    given::<User>([registered(), opened]).when(open(4)).then_err(Error::AlreadySelling);
}

#[test]
fn only_the_newest_link_proves_an_address() {
    let twice = [registered(), asked(1), asked(2)];
    let verify = |number| Command::VerifyEmail { number };
    given::<User>([registered(), asked(1)]).when(Command::RequestVerification).then([asked(2)]);
    given::<User>(twice.clone()).when(verify(1)).then_err(Error::LinkUsed);
    given::<User>(twice.clone()).when(verify(3)).then_err(Error::LinkUsed);
    given::<User>(twice).when(verify(2)).then([Event::EmailVerified {}]);
}

#[test]
fn a_proven_address_needs_no_more_proof() {
    let proven = [registered(), asked(1), Event::EmailVerified {}];
    assert!(User::replay(&proven).is_verified());
    given::<User>(proven.clone()).when(Command::RequestVerification).then_nothing();
    given::<User>(proven).when(Command::VerifyEmail { number: 1 }).then_err(Error::LinkUsed);
}

#[test]
fn nobody_sells_before_the_address_is_proven() {
    given::<User>([registered(), asked(1)]).when(Command::OpenShop { name: id(3) }).then_err(Error::Unverified);
}

#[test]
fn a_link_sets_the_password_anew_once_and_ends_every_session() {
    let reset = Command::ResetPassword { number: 1, at: NOON };
    let changed = Event::PasswordChanged { by: PasswordChange::Reset };
    let before = [with_sessions([7, 8]), vec![reset_asked(1)]].concat();
    let after = [changed, ended(7, Ending::PasswordChanged), ended(8, Ending::PasswordChanged)];
    given::<User>(before.clone()).when(reset.clone()).then(after.clone());
    given::<User>([before, after.into()].concat()).when(reset).then_err(Error::LinkUsed);
}

#[test]
fn an_older_link_sets_no_password() {
    let reset = |number| Command::ResetPassword { number, at: NOON };
    let twice = [registered(), reset_asked(1), reset_asked(2)];
    given::<User>(twice.clone()).when(reset(1)).then_err(Error::LinkUsed);
    given::<User>(twice).when(reset(2)).then([Event::PasswordChanged { by: PasswordChange::Reset }]);
    given::<User>([registered()]).when(reset(0)).then_err(Error::LinkUsed);
}

#[test]
fn a_link_is_good_for_a_while() {
    let until = NOON + Duration::minutes(30);
    let reset = |at| Command::ResetPassword { number: 1, at };
    let before = [registered(), reset_asked(1)];
    given::<User>(before.clone()).when(reset(until)).then_err(Error::LinkExpired { until });
    given::<User>(before)
        .when(reset(until - Duration::SECOND))
        .then([Event::PasswordChanged { by: PasswordChange::Reset }]);
}

#[test]
fn a_new_password_ends_the_other_sessions_and_every_link() {
    let before = [with_sessions([7, 8, 9]), vec![reset_asked(1)]].concat();
    let changed = Event::PasswordChanged { by: PasswordChange::Owner };
    given::<User>(before.clone()).when(Command::ChangePassword { session: id(8) }).then([
        changed.clone(),
        ended(7, Ending::PasswordChanged),
        ended(9, Ending::PasswordChanged),
    ]);
    let late = Command::ResetPassword { number: 1, at: NOON };
    given::<User>([before, vec![changed]].concat()).when(late).then_err(Error::LinkUsed);
}

#[test]
fn the_second_factor_is_on_or_off() {
    let (on, off) = (Event::SecondFactorEnabled {}, Event::SecondFactorDisabled {});
    given::<User>([registered()]).when(Command::EnableSecondFactor).then([on.clone()]);
    given::<User>([registered(), on.clone()]).when(Command::EnableSecondFactor).then_nothing();
    given::<User>([registered(), on.clone()]).when(Command::DisableSecondFactor).then([off.clone()]);
    given::<User>([registered(), on, off]).when(Command::DisableSecondFactor).then_nothing();
}

#[test]
fn one_session_more_ends_the_oldest() {
    let end = Ending::Displaced;
    given::<User>(with_sessions([8, 7, 9]))
        .when(start(10, NOON))
        .then([ended(7, end), Event::SessionStarted { session: id(10), until: NOON + Duration::days(30) }]);
    given::<User>(with_sessions([8, 7])).when(start(9, NOON)).then([started(9)]);
    given::<User>(with_sessions([8, 7])).when(start(8, NOON)).then_nothing();
}

#[test]
fn sessions_whose_time_is_up_make_room() {
    let at = NOON + Duration::days(30);
    let begun = Event::SessionStarted { session: id(10), until: at + Duration::days(30) };
    let expired = [7, 8, 9].map(|session| ended(session, Ending::Expired));
    given::<User>(with_sessions([7, 8, 9])).when(start(10, at)).then([expired.to_vec(), vec![begun]].concat());
}

#[test]
fn a_session_is_live_until_it_ends() {
    let user = User::replay(&with_sessions([7]));
    let until = NOON + Duration::days(30);
    assert!(user.is_live(id(7), until - Duration::SECOND) && !user.is_live(id(7), until));
    assert!(!user.is_live(id(8), NOON));
    let suspended = Event::Suspended { reason: text("Sold what never arrived.") };
    assert!(!User::replay(&[with_sessions([7]), vec![suspended]].concat()).is_live(id(7), NOON));
}

#[test]
fn ends_one_session_the_others_or_all() {
    let reason = Ending::LoggedOut;
    let end = |which| given::<User>(with_sessions([7, 8, 9])).when(Command::EndSession { which, reason });
    end(Which::One(id(8))).then([ended(8, reason)]);
    end(Which::Others(id(8))).then([ended(7, reason), ended(9, reason)]);
    end(Which::All).then([7, 8, 9].map(|session| ended(session, reason)));
    end(Which::One(id(6))).then_nothing();
}

#[test]
fn a_token_that_was_copied_ends_its_session() {
    let report = Command::ReportReuse { session: id(7) };
    let after = [Event::RefreshReused { session: id(7) }, ended(7, Ending::Reused)];
    given::<User>(with_sessions([7, 8])).when(report.clone()).then(after.clone());
    given::<User>([with_sessions([7, 8]), after.into()].concat()).when(report).then_nothing();
}

#[test]
fn whoever_is_suspended_is_out_until_reinstated() {
    let reason = || text("Sold what never arrived.");
    let suspend = Command::Suspend { reason: reason() };
    let after = vec![Event::Suspended { reason: reason() }, ended(7, Ending::Suspended)];
    given::<User>(with_sessions([7])).when(suspend.clone()).then(after.clone());
    let suspended = [with_sessions([7]), after].concat();
    given::<User>(suspended.clone()).when(suspend).then_nothing();
    given::<User>(suspended.clone()).when(start(8, NOON)).then_err(Error::Suspended);
    given::<User>(suspended.clone()).when(Command::OpenShop { name: id(3) }).then_err(Error::Suspended);
    given::<User>(suspended.clone()).when(Command::Reinstate).then([Event::Reinstated {}]);
    given::<User>([suspended, vec![Event::Reinstated {}]].concat()).when(start(9, NOON)).then([started(9)]);
    given::<User>([registered()]).when(Command::Reinstate).then_nothing();
}

#[test]
fn whoever_is_erased_leaves_nothing_but_claims_to_release() {
    let opened = Event::ShopOpened { name: id(3) };
    let before = [with_sessions([7]), vec![opened]].concat();
    let after = vec![ended(7, Ending::Erased), Event::Erased { released: [1, 2, 3].map(id).into() }];
    given::<User>(before.clone()).when(Command::Erase).then(after.clone());
    let erased = User::replay(&[before, after].concat());
    assert!(erased.is_erased() && erased.exists() && !erased.has_account());
}

#[test]
fn an_admin_hands_over_before_being_erased() {
    let role = Role::Admin;
    let admin = [registered(), Event::RoleGranted { role }];
    given::<User>(admin.clone()).when(Command::Erase).then_err(Error::StillAdmin);
    let released = [1, 2].map(id).into();
    let former = [admin.to_vec(), vec![Event::RoleRevoked { role }]].concat();
    given::<User>(former).when(Command::Erase).then([Event::Erased { released }]);
}

#[test]
fn a_repeated_signup_is_told_to_the_owner() {
    given::<User>([registered()]).when(Command::RepeatSignup).then([Event::SignupRepeated {}]);
}
