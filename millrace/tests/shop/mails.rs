//! What people are written, by the running shop.

use std::collections::BTreeMap;

use serde_json::Value;
use test_kit::TestSmtp;

use crate::{
    customer::Customer,
    running::{PATIENCE, Shop},
};

const PLACED: &str = "New order: Lantern";
const CONFIRMED: &str = "Your order is confirmed";

/// A demo shop with this mail server.
fn with(smtp: &TestSmtp) -> Shop {
    let variables = [
        ("MILLRACE_DEMO", "true".to_owned()),
        ("MILLRACE_SMTP_URL", smtp.url()),
        ("MILLRACE_MAIL_RETRY_AFTER", "200ms".to_owned()),
        ("MILLRACE_TICK", "100ms".to_owned()),
    ];
    Shop::with(variables.to_vec())
}

/// Bert buys something of Anna's.
async fn an_order(shop: &Shop) -> (Customer, String) {
    let (seller, buyer) = tokio::join!(shop.customer("anna"), shop.customer("bert"));
    let product = seller.sell("Anna's lanterns", 20).await;
    shop.at_rest_but("mailer").await;
    let order = buyer.order(&product, 1).await;
    assert_eq!(buyer.decision(&order).await, "confirmed");
    (buyer, product)
}

fn subjects(smtp: &TestSmtp, subject: &str) -> usize {
    smtp.mails().iter().filter(|mail| mail.header("Subject") == Some(subject)).count()
}

/// The mails that a demo shop has kept.
async fn kept(shop: &Shop, to: &str, subject: &str) -> usize {
    let page = reqwest::Client::new().get(format!("{}/dev/mail?to={to}", shop.url()));
    let page: Value = page.header("accept", "application/json").send().await.unwrap().json().await.unwrap();
    page["items"].as_array().unwrap().iter().filter(|mail| mail["subject"] == subject).count()
}

#[tokio::test]
async fn a_demo_shop_shows_its_mails() {
    let mut shop = Shop::open();
    an_order(&shop).await;
    shop.at_rest().await;
    shop.kill9();
    shop.start();
    shop.at_rest().await;
    assert_eq!(kept(&shop, "anna@example.com", PLACED).await, 1);
    assert_eq!(kept(&shop, "bert@example.com", CONFIRMED).await, 1);
    let page = reqwest::get(format!("{}/dev/mail", shop.url())).await.unwrap();
    assert!(page.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(shop.printed.iter().any(|line| line.starts_with("mail") && line.ends_with("/dev/mail")));
    shop.stop();
}

#[tokio::test]
async fn mails_wait_for_the_server_and_nothing_else_does() {
    let smtp = test_kit::smtp().await;
    smtp.stop().await;
    let mut shop = with(&smtp);
    an_order(&shop).await;
    test_kit::eventually("the shop is well", PATIENCE, async || shop.is_ready().await).await;
    smtp.start().await;
    shop.at_rest().await;
    assert_eq!((subjects(&smtp, PLACED), subjects(&smtp, CONFIRMED)), (1, 1));
    shop.stop();
}

#[tokio::test]
async fn a_refused_mail_is_a_dead_letter_and_a_retry_sends_one() {
    let smtp = test_kit::smtp().await;
    let mut shop = with(&smtp);
    smtp.refuse("bert@example.com", "550 5.1.1 <bert@example.com> is nobody here");
    an_order(&shop).await;
    let millrace = |arguments: &str| {
        let output = shop.command().args(arguments.split(' ')).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let dead = async || {
        let listed = millrace("dead-letters list");
        listed.lines().any(|line| line.contains("mailer") && line.contains("dead"))
    };
    test_kit::eventually("it is a dead letter", PATIENCE, dead).await;
    let listed = millrace("dead-letters list");
    assert!(listed.contains("550 5.1.1") && !listed.contains("bert"), "{listed}");
    assert_eq!((subjects(&smtp, PLACED), subjects(&smtp, CONFIRMED)), (1, 0));

    smtp.accept("bert@example.com");
    millrace("dead-letters retry mailer --all");
    let sent = async || subjects(&smtp, CONFIRMED) > 0;
    test_kit::eventually("it is sent", PATIENCE, sent).await;
    shop.at_rest().await;
    assert_eq!((subjects(&smtp, PLACED), subjects(&smtp, CONFIRMED)), (1, 1));
    shop.stop();
}

#[tokio::test]
async fn after_a_crash_only_what_was_under_way_comes_again_and_under_the_same_id() {
    let smtp = test_kit::smtp().await;
    let mut shop = with(&smtp);
    let (buyer, product) = an_order(&shop).await;
    shop.at_rest().await;
    let before = smtp.mails().len();
    smtp.fall_silent();
    buyer.order(&product, 1).await;
    let under_way = async || smtp.mails().len() > before;
    test_kit::eventually("a mail is under way", PATIENCE, under_way).await;
    shop.kill9();
    smtp.speak();
    shop.start();
    shop.at_rest().await;

    let mut sent = BTreeMap::<String, usize>::new();
    for mail in smtp.mails() {
        *sent.entry(mail.header("Message-ID").unwrap().to_owned()).or_default() += 1;
    }
    assert_eq!(sent.values().filter(|times| **times == 1).count(), sent.len() - 1, "{sent:?}");
    assert_eq!(sent.values().max(), Some(&2));
    shop.stop();
}

#[tokio::test]
async fn a_shop_that_is_no_demo_says_what_it_needs_and_shows_no_mails() {
    let mut shop = Shop::with(vec![]);
    let page = reqwest::get(format!("{}/dev/mail", shop.url())).await.unwrap();
    assert_eq!(page.status(), reqwest::StatusCode::NOT_FOUND);
    shop.stop();
    let refused = shop.up().env_remove("MILLRACE_MAIL").output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("MILLRACE_SMTP_URL"), "{said}");
}
