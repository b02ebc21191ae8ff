//! A demo shop without a mail server keeps its mails.

use domain::user::{self, User};
use projectors::{
    Request, Which,
    mailer::{Mailing, Way},
};
use uuid::Uuid;

use super::links;
use crate::shop::{Shop, mailing};

#[tokio::test]
async fn a_demo_shop_keeps_the_last_thousand_mails_and_none_to_the_erased() {
    let shop = Shop::open().await;
    let running = shop.consume_mailing(Mailing { way: Way::Outbox, links: links(), ..mailing() });
    let anna = shop.sign_up("anna@example.com").await;
    let bert = shop.sign_up("bert@example.com").await;
    shop.at_rest().await;
    let row: (String, String, String) =
        sqlx::query_as("select subject, body, link from mailer.outbox where recipient = $1")
            .bind(Uuid::from(anna))
            .fetch_one(&mut shop.sql().await)
            .await
            .unwrap();
    assert_eq!(row.0, "Confirm your e-mail address");
    assert_eq!(row.2, format!("https://shop.example.org/verify-email?token=VerifyEmail-{anna}-1"));
    assert!(row.1.contains(&row.2));

    let many = "insert into mailer.outbox (message_id, recipient, address, subject, body)
                select 'x', gen_random_uuid(), 'x', 'x', 'x' from generate_series(1, 1100)";
    shop.run_sql(many).await;
    shop.execute::<User>(bert, user::Command::RepeatSignup).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from mailer.outbox").await, 1_000);
    shop.erase(bert).await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from mailer.outbox where address = 'bert@example.com'").await, 0);
    running.stop().await;
}

#[tokio::test]
async fn one_mail_that_cannot_be_kept_keeps_no_other_from_it() {
    let shop = Shop::open().await;
    shop.run_sql("alter table mailer.outbox add check (address <> 'bert@example.com')").await;
    for name in ["anna", "bert", "carl"] {
        shop.sign_up(&format!("{name}@example.com")).await;
    }
    let running = shop.consume_mailing(Mailing { way: Way::Outbox, links: links(), ..mailing() });
    shop.is_dead().await;
    assert_eq!(shop.count("select count(*) from mailer.outbox").await, 2);
    shop.run_sql("alter table mailer.outbox drop constraint outbox_address_check").await;
    shop.ask("mailer", Request::Retry(Which::All)).await;
    shop.nothing_is_held().await;
    assert_eq!(shop.count("select count(distinct address) from mailer.outbox").await, 3);
    assert_eq!(shop.count("select count(*) from mailer.outbox").await, 3);
    running.stop().await;
}
