//! A session that somebody has copied.

use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::{
    actions,
    customer::Customer,
    running::{PATIENCE, Shop},
};

async fn refreshes(customer: &Customer) -> StatusCode {
    customer.post("/api/auth/refresh", Value::Null).await.status()
}

#[tokio::test]
async fn a_stolen_token_ends_the_session_for_both_sides_and_its_owner_is_told() {
    let grace = ("MILLRACE_REPLAY_GRACE", "1ms".to_owned());
    let shop = Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), grace]);
    let owner = shop.customer("anna").await;
    let anna = actions::id_of(&owner).await;
    let thief = owner.at(owner.write_url(), owner.read_url());
    assert_eq!(refreshes(&owner).await, StatusCode::NO_CONTENT);

    // Within the grace the thief would be one of the owner's tabs.
    let again = || thief.at(owner.write_url(), owner.read_url());
    let replayed = async || refreshes(&again()).await == StatusCode::UNAUTHORIZED;
    test_kit::eventually("the grace is over", PATIENCE, replayed).await;

    for side in [&owner, &thief] {
        assert_eq!(refreshes(side).await, StatusCode::UNAUTHORIZED);
        let refused = async || side.get("/api/users/me").await.status() == StatusCode::UNAUTHORIZED;
        test_kit::eventually("the access token is dead too", PATIENCE, refused).await;
    }
    shop.at_rest().await;
    let mut postgres = PgConnection::connect(&shop.database_url()).await.unwrap();
    let events = "select type from archive.events where category = 'user' and id = $1 order by version";
    let events: Vec<String> = sqlx::query_scalar(events).bind(anna).fetch_all(&mut postgres).await.unwrap();
    assert!(events.contains(&"user.refresh_reused".to_owned()), "{events:?}");
    let mails = reqwest::Client::new().get(format!("{}/dev/mail?to=anna@example.com", shop.url()));
    let mails = mails.header("accept", "application/json").send().await.unwrap().json::<Value>().await.unwrap();
    let newest = mails["items"][0]["subject"].as_str().unwrap();
    assert!(newest.contains("session"), "{newest}");
}
