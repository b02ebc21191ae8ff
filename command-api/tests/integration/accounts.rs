//! Accounts: who gets one, under which name, and what nobody learns of it.

use std::collections::BTreeSet;

use axum::http::{HeaderName, StatusCode};
use domain::user::User;
use futures_util::future::join_all;
use serde_json::json;

use crate::actors::{Admin, Anonymous, Buyer, PASSWORD, Seller};
use crate::shop::{Answer, Shop};
use crate::work::Work;

fn header_names(answer: &Answer) -> BTreeSet<&str> {
    answer.headers.keys().map(HeaderName::as_str).collect()
}

#[tokio::test]
async fn an_account_may_log_in_as_soon_as_it_is_accepted() {
    let shop = Shop::open().await;
    Anonymous(&shop).signs_up("Anna@Example.org", "anna").await.is(StatusCode::ACCEPTED);

    let answer = Anonymous(&shop).logs_in("anna@example.ORG", PASSWORD).await.is(StatusCode::OK);

    let user = &answer.body["user"];
    assert_eq!((&user["email"], &user["username"]), (&json!("Anna@Example.org"), &json!("anna")));
    assert_eq!(user["roles"], json!(["buyer"]));
    assert!(answer.header("consistency-token").starts_with("user:"));
}

#[tokio::test]
async fn a_taken_address_is_answered_like_a_free_one() {
    let shop = Shop::open().await;
    let work = Work::default();
    let _watching = work.watch();
    let first = Anonymous(&shop).signs_up("anna@example.org", "anna").await.is(StatusCode::ACCEPTED);
    assert_eq!(work.hashes(), 1);
    let again = Anonymous(&shop).signs_up("ANNA@example.org", "other").await.is(StatusCode::ACCEPTED);
    assert_eq!(work.hashes(), 1);

    assert_eq!(first.body, again.body);
    assert_eq!(header_names(&first), header_names(&again));
    assert!(!header_names(&first).contains("etag") && !header_names(&first).contains("consistency-token"));
    assert_eq!([shop.count("user.registered").await, shop.count("user.signup_repeated").await], [1, 1]);
}

#[tokio::test]
async fn a_taken_name_is_refused_in_either_case() {
    let shop = Shop::open().await;
    Buyer::new(&shop, "anna").await;

    let answer = Anonymous(&shop).signs_up("berta@example.org", "ANNA").await.is(StatusCode::UNPROCESSABLE_ENTITY);

    assert_eq!(answer.field_error(), ("/username", "username_taken"));
    assert_eq!(shop.count("user.registered").await, 1);
}

#[tokio::test]
async fn of_twenty_who_want_one_name_one_gets_it() {
    let shop = Shop::open().await;
    let applications = (0..20).map(async |n| {
        let email = format!("anna{n}@example.org");
        Anonymous(&shop).signs_up(&email, "anna").await.status
    });

    let statuses = join_all(applications).await;

    let accepted = statuses.iter().filter(|status| **status == StatusCode::ACCEPTED).count();
    let busy = statuses.iter().filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE).count();
    let refused = statuses.iter().filter(|status| **status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!((accepted, accepted + refused + busy), (1, 20), "{statuses:?}");
    assert_eq!(shop.count("user.registered").await, 1);
}

#[tokio::test]
async fn names_every_wrong_field_of_an_application() {
    let shop = Shop::open().await;
    let body = json!({"email": "anna", "username": "a b", "password": "short"});

    let answer = shop.refuses(Anonymous(&shop).post("/api/auth/signup").json(&body)).await;

    let pointers: Vec<_> = answer.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/email", "/username", "/password"]);
    assert!(!answer.body.to_string().contains("short\""), "the password is not repeated");
}

#[tokio::test]
async fn no_event_names_a_person() {
    let shop = Shop::open().await;
    let anna = Seller::new(&shop, "annabel").await;
    anna.patch("/api/users/me").json(&json!({"display_name": "Annabel Berg"})).await.is(StatusCode::OK);

    for event in shop.events().await {
        let told = format!("{event:?}").to_lowercase();
        assert!(!told.contains("annabel") && !told.contains("argon2"), "{told}");
    }
}

#[tokio::test]
async fn a_new_name_is_claimed_first_and_the_old_one_named() {
    let shop = Shop::open().await;
    let (anna, berta) = (Buyer::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);
    let old = shop.app.store().load::<User>(anna.id).await.unwrap().username();

    let taken = anna.patch("/api/users/me").json(&json!({"username": "Berta"}));
    assert_eq!(shop.refuses(taken).await.field_error(), ("/username", "username_taken"));
    let answer = anna.patch("/api/users/me").json(&json!({"username": "anouk"})).await.is(StatusCode::OK);

    assert_eq!(answer.header("etag"), "\"5\"");
    let events = shop.events().await;
    let changed = events.iter().find(|event| event.kind == "user.profile_changed").unwrap();
    assert!(changed.data.contains(&format!("\"released\":\"{}\"", old.unwrap())), "{}", changed.data);
    let late = berta.patch("/api/users/me").json(&json!({"username": "anouk"}));
    assert_eq!(shop.refuses(late).await.field_error(), ("/username", "username_taken"));
}

#[tokio::test]
async fn a_profile_that_stays_as_it_is_adds_no_event() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answer = anna.patch("/api/users/me").json(&json!({"username": "anna"})).await.is(StatusCode::OK);

    assert_eq!((answer.header("etag"), shop.count("user.profile_changed").await), ("\"4\"", 0));
}

#[tokio::test]
async fn opening_a_shop_makes_a_seller_at_once() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;

    let answer = anna.post("/api/sellers").json(&json!({"shop_name": "Teapots"})).await.is(StatusCode::CREATED);

    assert_eq!((answer.text("id"), answer.header("etag")), (anna.id.to_string().as_str(), "\"5\""));
    let renewed = Buyer { access: answer.cookie("__Host-access").unwrap().to_owned(), ..anna };
    renewed.post("/api/products").json(&crate::actors::teapot()).await.is(StatusCode::CREATED);
}

#[tokio::test]
async fn a_shop_name_belongs_to_one() {
    let shop = Shop::open().await;
    let (anna, berta) = (Seller::new(&shop, "anna").await, Buyer::new(&shop, "berta").await);

    let taken = berta.post("/api/sellers").json(&json!({"shop_name": "ANNA'S  shop"}));
    let taken = shop.refuses(taken).await.is(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(taken.field_error(), ("/shop_name", "shop_name_taken"));
    let second = shop.refuses(anna.post("/api/sellers").json(&json!({"shop_name": "Another"}))).await;
    assert_eq!(second.is(StatusCode::CONFLICT).text("code"), "already_selling");
}

#[tokio::test]
async fn admins_alone_grant_roles() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let roles = format!("/api/users/{}/roles", anna.id);
    let support = json!({"role": "support"});

    shop.refuses(anna.post(&roles).json(&support)).await.is(StatusCode::FORBIDDEN);
    let granted = admin.post(&roles).json(&support).await.is(StatusCode::OK);
    assert_eq!(granted.body["roles"], json!(["buyer", "support"]));
    let revoked = admin.delete(&format!("{roles}/support")).await.is(StatusCode::OK);
    assert_eq!((&revoked.body["roles"], revoked.header("etag")), (&json!(["buyer"]), "\"6\""));

    let seller = shop.refuses(admin.post(&roles).json(&json!({"role": "seller"}))).await;
    assert_eq!(seller.field_error(), ("/role", "seller_by_shop"));
    let nobody = admin.post("/api/users/0190d3f0-0000-7000-8000-000000000000/roles").json(&support);
    shop.refuses(nobody).await.is(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_admin_is_dismissed_by_another_alone_and_at_once() {
    let shop = Shop::open().await;
    let (admin, anna) = (Admin::new(&shop).await, Buyer::new(&shop, "anna").await);
    let role = json!({"role": "admin"});
    admin.post(&format!("/api/users/{}/roles", anna.id)).json(&role).await.is(StatusCode::OK);
    let anna = Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let own = format!("/api/users/{}/roles/admin", admin.id);
    assert_eq!(shop.refuses(admin.delete(&own)).await.is(StatusCode::CONFLICT).text("code"), "needs_another_admin");

    anna.delete(&own).await.is(StatusCode::OK);

    assert!(!admin.is_let_in().await, "what the old token says is no longer so");
    let dismissed = Buyer::returning(&shop, "admin@example.org", PASSWORD).await;
    let again = dismissed.post(&format!("/api/users/{}/roles", admin.id)).json(&role);
    shop.refuses(again).await.is(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_password_that_others_would_guess_is_refused() {
    let shop = Shop::open().await;
    for (password, code) in [
        ("Password1234", "password_common"),
        ("anna-2026-anna", "password_similar"),
        ("short", "password_length"),
        (&"x y ".repeat(33), "password_length"),
    ] {
        let body = json!({"email": "anna@example.org", "username": "anna", "password": password});
        let answer = Anonymous(&shop).post("/api/auth/signup").json(&body).await.is(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.field_error(), ("/password", code));
    }
}
