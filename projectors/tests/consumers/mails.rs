//! People are written to: once per event, whatever happens in between, and never about what was lost.

use std::time::Duration;

use domain::{
    Aggregate as _, ClaimId, UserId,
    inventory::{self, Inventory},
    order::{self, Charges, Offer, Order, Wanted},
    user::{self, User},
    webhook::{self, Cause, Kind, Scope, Webhooks},
};
use event_store::{Changes, Decision, Record, Request as Commit, Stream};
use projectors::{
    Request, Which,
    mailer::{Links, Mailing, Smtp, Way},
    restore,
};
use secrecy::SecretString;
use test_kit::TestSmtp;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    archive::{flush, fresh},
    shop::{Running, SOON, Shop, context, mailing, price},
};

mod outbox;

/// What is signed says itself what it says.
fn links() -> Links {
    Links::signed_by(|link| format!("{:?}-{}-{}", link.purpose, link.user, link.number).into())
}

fn by_smtp(smtp: &TestSmtp) -> Mailing {
    let way = Way::Smtp(Smtp::new(&SecretString::from(smtp.url()), Duration::from_secs(5)).unwrap());
    Mailing { way, links: links(), ..mailing() }
}

impl Shop {
    fn mail_by(&self, smtp: &TestSmtp) -> Running {
        self.consume_mailing(by_smtp(smtp))
    }

    /// Somebody signs up with an address.
    async fn sign_up(&self, address: &str) -> UserId {
        let id = UserId::from(Uuid::now_v7());
        let register = user::Command::Register { email: claim(), username: claim() };
        let record = Record::from([("email", address.to_owned())]);
        let commit = Commit::new(context(), [Stream::of::<User>(id)]);
        let decide = move |states: &event_store::States<'_>| {
            let events = states.get::<User>(id).decide(register.clone()).unwrap();
            Decision::new(Changes::none().and::<User>(id, events).and_private::<User>(id, record.clone()), ())
        };
        self.store.commit(commit, decide).await.unwrap();
        id
    }

    /// Forgets somebody, with what is known of them.
    async fn erase(&self, id: UserId) {
        let commit = Commit::new(context(), [Stream::of::<User>(id)]);
        let decide = move |states: &event_store::States<'_>| {
            let events = states.get::<User>(id).decide(user::Command::Erase).unwrap();
            Decision::new(Changes::none().and::<User>(id, events).and_private::<User>(id, Record::default()), ())
        };
        self.store.commit(commit, decide).await.unwrap();
    }

    async fn request_reset(&self, id: UserId, until: OffsetDateTime) {
        self.execute::<User>(id, user::Command::RequestReset { until }).await;
    }

    async fn mailer_waits(&self) {
        let waits = async || self.count("select count(*) from mailer.positions where position > 0").await == 0;
        assert!(waits().await);
    }

    async fn refused(&self) {
        let refused = async || !self.held().await.is_empty();
        test_kit::eventually("the refusal is counted", SOON, refused).await;
    }
}

fn claim() -> ClaimId {
    ClaimId::from(Uuid::now_v7())
}

async fn arrive(smtp: &TestSmtp, count: usize) {
    test_kit::eventually("the mails arrive", SOON, async || smtp.mails().len() >= count).await;
}

#[tokio::test]
async fn who_signs_up_gets_one_mail_with_the_link() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let anna = shop.sign_up("anna@example.com").await;
    shop.at_rest().await;

    let mails = smtp.to("anna@example.com");
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0].header("Subject"), Some("Confirm your e-mail address"));
    assert_eq!(mails[0].header("From"), Some("Millrace <shop@example.org>"));
    assert_eq!(mails[0].header("Auto-Submitted"), Some("auto-generated"));
    let link = format!("https://shop.example.org/verify-email?token=VerifyEmail-{anna}-1");
    assert!(mails[0].text.contains(&link), "{}", mails[0].text);
    running.stop().await;
}

#[tokio::test]
async fn every_event_that_concerns_people_reaches_them() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let anna = shop.sign_up("anna@example.com").await;
    shop.at_rest().await;
    shop.execute::<User>(anna, user::Command::VerifyEmail { number: 1 }).await;
    shop.execute::<User>(anna, user::Command::RepeatSignup).await;
    let at = OffsetDateTime::now_utc();
    shop.request_reset(anna, at + time::Duration::minutes(30)).await;
    shop.at_rest().await;
    shop.execute::<User>(anna, user::Command::ResetPassword { number: 1, at }).await;
    shop.at_rest().await;

    let mails = smtp.to("anna@example.com");
    let mut subjects: Vec<_> = mails.iter().filter_map(|mail| mail.header("Subject")).collect();
    subjects.sort_unstable();
    let expected = [
        "Confirm your e-mail address",
        "Set a new password",
        "You already have an account",
        "Your password was changed",
    ];
    assert_eq!(subjects, expected);
    running.stop().await;
}

#[tokio::test]
async fn each_seller_hears_of_an_order_and_the_buyer_of_its_outcome() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let buyer = shop.sign_up("buyer@example.com").await;
    let mut wanted = Vec::new();
    for address in ["one@example.com", "two@example.com"] {
        let seller = shop.sign_up(address).await;
        let product = shop.product(seller, 5).await;
        let offer = Some(Offer { seller, name: "Lantern".to_owned().try_into().unwrap(), price: price(339) });
        wanted.push(Wanted { product, quantity: 3, offer });
    }
    // The second of the same order falls short.
    for _ in 0..2 {
        let place = order::Command::Place {
            buyer,
            lines: wanted.clone(),
            charges: Charges::default(),
            expected_total: None,
            address: false,
        };
        shop.execute::<Order>(Uuid::now_v7().into(), place).await;
        shop.at_rest().await;
    }

    for address in ["one@example.com", "two@example.com"] {
        let about: Vec<_> = smtp.to(address).into_iter().filter(|mail| mail.text.contains("New order")).collect();
        assert_eq!(about.len(), 2, "{about:?}");
        assert!(about[0].text.contains("- 3 x Lantern, 3.39 GBP each"), "{}", about[0].text);
    }
    let to_buyer = smtp.to("buyer@example.com");
    let about = |subject| to_buyer.iter().filter(|mail| mail.header("Subject") == Some(subject)).count();
    assert_eq!((about("Your order is confirmed"), about("Your order cannot be met")), (1, 1));
    running.stop().await;
}

#[tokio::test]
async fn a_seller_hears_once_that_a_stock_runs_low() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let seller = shop.sign_up("seller@example.com").await;
    let product = shop.product(seller, 10).await;
    shop.execute::<Inventory>(product, inventory::Command::SetThreshold { quantity: 5 }).await;
    // The third of them leaves four.
    for _ in 0..5 {
        shop.order(seller, &[(product, 2)]).await;
        shop.at_rest().await;
    }

    let mails = smtp.to("seller@example.com");
    let about: Vec<_> = mails.iter().filter(|mail| mail.header("Subject") == Some("Low stock: Lantern")).collect();
    assert_eq!(about.len(), 1, "{mails:?}");
    assert!(about[0].text.contains("4 can still be ordered"), "{}", about[0].text);
    running.stop().await;
}

#[tokio::test]
async fn whose_webhook_is_disabled_hears_of_it_once() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let anna = shop.sign_up("anna@example.com").await;
    let id = shop.subscribe(anna, "https://hooks.invalid/millrace", &[Kind::StockChanged], Scope::Own).await;
    for cause in [Cause::Failing, Cause::Gone] {
        shop.execute::<Webhooks>(anna, webhook::Command::Disable { id, cause }).await;
    }
    shop.at_rest().await;

    let mails = smtp.to("anna@example.com");
    let about = mails.iter().filter(|mail| mail.header("Subject") == Some("A webhook of yours is disabled"));
    let texts: Vec<_> = about.map(|mail| mail.text.as_str()).collect();
    assert_eq!(texts.len(), 1, "{mails:?}");
    assert!(
        texts[0].contains("https://hooks.invalid/millrace") && texts[0].contains("for a long time"),
        "{}",
        texts[0]
    );
    running.stop().await;
}

#[tokio::test]
async fn a_mail_waits_for_the_server_and_is_sent_once() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    smtp.stop().await;
    let running = shop.mail_by(&smtp);
    shop.sign_up("anna@example.com").await;
    let others = async || shop.count("select count(*) from mailer.positions").await == 64 && shop.lag().await == 2;
    test_kit::eventually("everybody else goes on", SOON, others).await;
    // Nobody is held, and nothing is said to be wrong with the shop.
    assert!(shop.held().await.is_empty() && running.faults().is_empty(), "{:?}", running.faults());
    shop.mailer_waits().await;

    smtp.start().await;
    arrive(&smtp, 1).await;
    shop.at_rest().await;
    assert_eq!(smtp.mails().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_refused_mail_is_tried_three_times_then_waits_for_a_person() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    smtp.refuse("anna@example.com", "550 5.1.1 <anna@example.com> is nobody here");
    let running = shop.consume_mailing(Mailing { retry_after: Duration::from_millis(200), ..by_smtp(&smtp) });
    shop.sign_up("anna@example.com").await;
    shop.refused().await;
    // Those to others go on meanwhile.
    shop.sign_up("bert@example.com").await;
    arrive(&smtp, 1).await;
    shop.is_dead().await;

    let letter = shop.held().await.remove(0);
    assert_eq!((letter.consumer.as_str(), letter.attempts), ("mailer", 3));
    assert!(letter.error.contains("550 5.1.1") && !letter.error.contains("anna"), "{}", letter.error);
    let tries = smtp.refusals();
    assert_eq!(tries.len(), 3);
    let (first, second) = (tries[1] - tries[0], tries[2] - tries[1]);
    assert!(first >= Duration::from_millis(200) && second >= Duration::from_secs(1), "{first:?} {second:?}");

    smtp.accept("anna@example.com");
    shop.ask("mailer", Request::Retry(Which::All)).await;
    shop.nothing_is_held().await;
    shop.at_rest().await;
    assert_eq!(smtp.to("anna@example.com").len(), 1);
    assert_eq!(smtp.to("bert@example.com").len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn a_server_that_turns_everybody_away_has_refused_no_mail() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    smtp.refuse("*", "421 4.3.2 closing");
    let running = shop.mail_by(&smtp);
    shop.sign_up("anna@example.com").await;
    test_kit::eventually("it is tried again", SOON, async || smtp.refusals().len() > 3).await;
    assert!(shop.held().await.is_empty());
    smtp.accept("*");
    arrive(&smtp, 1).await;
    shop.at_rest().await;
    assert_eq!(smtp.mails().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn one_seller_who_is_refused_keeps_no_mail_from_the_other_and_a_retry_sends_one() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.consume_mailing(Mailing { retry_after: Duration::from_millis(1), ..by_smtp(&smtp) });
    let mut lines = Vec::new();
    for address in ["one@example.com", "two@example.com"] {
        let seller = shop.sign_up(address).await;
        let offer = Some(Offer { seller, name: "Lantern".to_owned().try_into().unwrap(), price: price(339) });
        lines.push(Wanted { product: Uuid::now_v7().into(), quantity: 1, offer });
    }
    shop.at_rest().await;
    smtp.refuse("one@example.com", "451 4.7.1 later");
    let place = order::Command::Place {
        buyer: Uuid::now_v7().into(),
        lines,
        charges: Charges::default(),
        expected_total: None,
        address: false,
    };
    shop.execute::<Order>(Uuid::now_v7().into(), place).await;
    shop.is_dead().await;
    let about = |address: &str| smtp.to(address).iter().filter(|mail| mail.text.contains("New order")).count();
    assert_eq!((about("one@example.com"), about("two@example.com")), (0, 1));

    smtp.accept("one@example.com");
    shop.ask("mailer", Request::Retry(Which::All)).await;
    shop.nothing_is_held().await;
    assert_eq!((about("one@example.com"), about("two@example.com")), (1, 1));
    running.stop().await;
}

#[tokio::test]
async fn whoever_is_erased_before_a_mail_is_sent_gets_none() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let anna = shop.sign_up("anna@example.com").await;
    shop.erase(anna).await;
    let running = shop.mail_by(&smtp);
    shop.at_rest().await;
    assert_eq!(smtp.mails(), []);
    assert!(shop.held().await.is_empty());
    running.stop().await;
}

#[tokio::test]
async fn a_link_that_is_of_no_use_any_more_is_not_sent() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let anna = shop.sign_up("anna@example.com").await;
    shop.execute::<User>(anna, user::Command::VerifyEmail { number: 1 }).await;
    shop.request_reset(anna, OffsetDateTime::now_utc() - time::Duration::minutes(1)).await;
    let running = shop.mail_by(&smtp);
    shop.at_rest().await;
    assert_eq!(smtp.mails(), []);
    running.stop().await;
}

#[tokio::test]
async fn who_takes_over_sends_only_what_was_not_sent() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    for user in 0..20 {
        shop.sign_up(&format!("{user}@example.com")).await;
    }
    smtp.fall_silent();
    let running = shop.mail_by(&smtp);
    arrive(&smtp, 8).await;
    // Whoever is at it will not settle its turn, as if it were killed at the end of it.
    shop.run_sql("update mailer.positions set token = token + 1, owner = 'nobody', expires_at = now()").await;
    smtp.speak();
    shop.at_rest().await;
    assert_eq!(smtp.mails().len(), 20);
    running.stop().await;
}

#[tokio::test]
async fn a_mail_that_was_broken_off_comes_again_under_the_same_id() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    smtp.fall_silent();
    let running = shop.mail_by(&smtp);
    shop.sign_up("anna@example.com").await;
    arrive(&smtp, 1).await;
    // The connection breaks before the server has said that it has the mail.
    smtp.stop().await;
    smtp.speak();
    smtp.start().await;
    arrive(&smtp, 2).await;
    shop.at_rest().await;
    let ids: Vec<_> = smtp.mails().iter().map(|mail| mail.header("Message-ID").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
    running.stop().await;
}

#[tokio::test]
async fn nothing_is_sent_again_after_a_restore_and_a_heal() {
    let (mut shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    for user in 0..8 {
        shop.sign_up(&format!("{user}@example.com")).await;
    }
    shop.at_rest().await;
    running.stop().await;
    let sent = smtp.mails().len();

    flush(&mut shop).await;
    restore(&shop.store, &shop.database).await.unwrap();
    projectors::heal(&shop.store, &shop.database, None).await.unwrap();
    let running = shop.mail_by(&smtp);
    shop.sign_up("last@example.com").await;
    shop.at_rest().await;
    assert_eq!(smtp.mails().len(), sent + 1);
    running.stop().await;
}

#[tokio::test]
async fn a_heal_that_goes_back_sends_nothing_again_and_what_is_new_once() {
    let (mut shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    shop.sign_up("early@example.com").await;
    shop.at_rest().await;
    // The archive stays behind, and the mailer goes on.
    shop.run_sql(
        "insert into archive.paused (consumer, reason, actor, at) values ('archive', 'a test', 'test', now())",
    )
    .await;
    let paused = async || running.faults().iter().any(|(group, _)| group == "archive");
    test_kit::eventually("the archive stands still", SOON, paused).await;
    for user in 0..8 {
        shop.sign_up(&format!("{user}@example.com")).await;
    }
    arrive(&smtp, 9).await;
    running.stop().await;
    shop.run_sql("delete from archive.paused").await;
    // As if a failover had lost what came after, but not these: the mailer does not know where the log agrees with it.
    shop.run_sql("update mailer.positions set last_event = 'another:1:event' where category = 'user' and position > 0")
        .await;
    let healed = projectors::heal(&shop.store, &shop.database, Some("mailer")).await.unwrap();
    assert!(healed.iter().any(|healed| healed.consumer == "mailer" && healed.feeds > 0), "{healed:?}");
    shop.store = fresh(&shop);
    let running = shop.mail_by(&smtp);
    shop.sign_up("last@example.com").await;
    shop.at_rest().await;
    assert_eq!(smtp.mails().len(), 10);
    running.stop().await;
}

#[tokio::test]
async fn a_shop_without_mails_passes_events_over_for_good() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.consume();
    shop.sign_up("anna@example.com").await;
    shop.at_rest().await;
    running.stop().await;
    let running = shop.mail_by(&smtp);
    shop.sign_up("bert@example.com").await;
    shop.at_rest().await;
    assert_eq!((smtp.to("anna@example.com").len(), smtp.to("bert@example.com").len()), (0, 1));
    running.stop().await;
}

#[tokio::test]
async fn nobody_is_written_to_about_what_was_before_there_were_mails() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    shop.sign_up("anna@example.com").await;
    shop.run_sql("update mailer.beginning set at = now() + interval '2 hours'").await;
    let running = shop.mail_by(&smtp);
    shop.at_rest().await;
    assert_eq!(smtp.mails(), []);
    running.stop().await;
}

#[tokio::test]
async fn what_was_sent_is_forgotten_once_it_cannot_come_again() {
    let (shop, smtp) = (Shop::open().await, test_kit::smtp().await);
    let running = shop.mail_by(&smtp);
    let anna = shop.sign_up("anna@example.com").await;
    shop.at_rest().await;
    shop.execute::<User>(anna, user::Command::RepeatSignup).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from mailer.sent where version = 2").await, 0);
    running.stop().await;
}

#[test]
fn nothing_shows_a_link() {
    let shown = format!("{:?}", Mailing { links: links(), ..mailing() });
    assert!(shown.contains("Links(..)"), "{shown}");
}
