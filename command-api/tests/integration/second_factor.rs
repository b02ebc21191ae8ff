//! The second factor: how it is switched on, what it asks for, and what it does not fall for.

use axum::http::{HeaderValue, StatusCode};
use domain::user::{Command, Role};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};
use web::tokens::mail::Purpose;

use crate::actors::{Admin, Anonymous, Buyer, PASSWORD, Seller, tell};
use crate::shop::{Answer, Ask, Shop};

const STEP_SECONDS: u64 = 30;

/// Somebody's authenticator.
pub(crate) struct Authenticator(Totp);

impl Authenticator {
    fn of(secret: &str) -> Self {
        let secret = Secret::try_from_base32(secret).unwrap();
        Self(Builder::new().with_secret(secret).build_noncompliant())
    }

    /// The code of this moment.
    fn code(&self) -> String {
        self.0.generate_current().to_string()
    }

    /// The code that it will show next, which counts already.
    fn next_code(&self) -> String {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        self.0.generate(now + STEP_SECONDS).to_string()
    }
}

/// Gets a secret, and confirms it. The code of the moment is used up then.
pub(crate) async fn switch_on(user: &Buyer<'_>) -> (Authenticator, Vec<String>, Answer) {
    let enrolled = user.post("/api/auth/totp").await.is(StatusCode::OK);
    let authenticator = Authenticator::of(enrolled.text("secret"));
    let confirmation = json!({"code": authenticator.code()});
    let answer = user.post("/api/auth/totp/confirmation").json(&confirmation).await.is(StatusCode::OK);
    let codes = answer.body["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    (authenticator, codes, answer)
}

fn log_in<'a>(shop: &'a Shop, totp: impl Into<Value>) -> Ask<'a> {
    let body = json!({"email": "anna@example.org", "password": PASSWORD, "totp": totp.into()});
    Anonymous(shop).post("/api/auth/login").json(&body)
}

/// What an access token says, without looking at its signature.
fn claims(access: &str) -> Value {
    use base64::Engine;
    let payload = access.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_login_asks_for_a_code_once_the_second_factor_is_on() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let (authenticator, _, answer) = switch_on(&anna).await;
    assert_eq!(claims(answer.cookie("__Host-access").unwrap())["amr"], json!(["pwd", "otp"]));

    let without = Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
    assert_eq!(without.text("code"), "totp_required");
    let unproven = Anonymous(&shop).logs_in("anna@example.org", "another password").await;
    assert_eq!(unproven.is(StatusCode::UNAUTHORIZED).text("code"), "wrong_credentials");

    let answer = log_in(&shop, authenticator.next_code()).await.is(StatusCode::OK);

    assert_eq!(claims(answer.cookie("__Host-access").unwrap())["amr"], json!(["pwd", "otp"]));
    let cookie = format!("__Host-refresh={}", answer.cookie("__Host-refresh").unwrap());
    let refreshed =
        Anonymous(&shop).post("/api/auth/refresh").header("cookie", cookie).await.is(StatusCode::NO_CONTENT);
    assert_eq!(claims(refreshed.cookie("__Host-access").unwrap())["amr"], json!(["pwd", "otp"]));
}

#[tokio::test]
async fn a_code_lets_nobody_in_twice() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let (authenticator, _, _) = switch_on(&anna).await;
    let code = authenticator.next_code();

    let logins = futures_util::future::join_all((0..3).map(|_| log_in(&shop, code.clone()).into_future())).await;

    let mut statuses: Vec<_> = logins.iter().map(|answer| answer.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 401, 401]);
    let refused = logins.iter().find(|answer| answer.status == StatusCode::UNAUTHORIZED).unwrap();
    assert_eq!(refused.text("code"), "wrong_code");
}

#[tokio::test]
async fn the_code_that_confirmed_lets_nobody_in() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let secret = anna.post("/api/auth/totp").await.is(StatusCode::OK).text("secret").to_owned();
    let code = Authenticator::of(&secret).code();
    anna.post("/api/auth/totp/confirmation").json(&json!({"code": code})).await.is(StatusCode::OK);

    assert_eq!(log_in(&shop, code).await.is(StatusCode::UNAUTHORIZED).text("code"), "wrong_code");
}

#[tokio::test]
async fn a_recovery_code_is_good_once_however_it_is_written() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let (_, codes, _) = switch_on(&anna).await;
    assert_eq!(codes.len(), 10);

    log_in(&shop, codes[3].to_uppercase().replace('-', " ")).await.is(StatusCode::OK);

    assert_eq!(log_in(&shop, codes[3].clone()).await.is(StatusCode::UNAUTHORIZED).text("code"), "wrong_code");
    log_in(&shop, codes[4].clone()).await.is(StatusCode::OK);
    let credential = shop.app.store().credential(anna.id).await.unwrap();
    let left = credential.0.iter().filter(|(field, hash)| field.starts_with("recovery_") && !hash.is_empty());
    assert_eq!(left.count(), 8);
}

#[tokio::test]
async fn the_sixth_wrong_code_in_a_minute_is_not_looked_at() {
    let shop = Shop::open_with(&["--login-failures", "100"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    switch_on(&anna).await;

    for _ in 0..5 {
        log_in(&shop, "000000").await.is(StatusCode::UNAUTHORIZED);
    }

    let answer = log_in(&shop, "000000").await.is(StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn wrong_codes_make_everybody_wait_until_the_password_is_another() {
    let shop = Shop::open_with(&["--login-failures", "2", "--login-first-wait", "1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let (authenticator, _, _) = switch_on(&anna).await;
    for address in ["198.51.100.1", "198.51.100.2"] {
        log_in(&shop, "000000").from(address).await.is(StatusCode::UNAUTHORIZED);
    }

    let waits = log_in(&shop, authenticator.next_code()).from("198.51.100.3").await.is(StatusCode::TOO_MANY_REQUESTS);
    assert!(waits.header("retry-after").parse::<u64>().unwrap() > 800);

    Anonymous(&shop).post("/api/auth/forgot-password").json(&json!({"email": "anna@example.org"})).await;
    shop.counts("user.reset_requested", 1).await;
    let reset = json!({"token": shop.link(Purpose::ResetPassword, anna.id, 1), "password": "wheels turn all night"});
    Anonymous(&shop).post("/api/auth/reset-password").json(&reset).await.is(StatusCode::NO_CONTENT);
    let body =
        json!({"email": "anna@example.org", "password": "wheels turn all night", "totp": authenticator.next_code()});
    Anonymous(&shop).post("/api/auth/login").json(&body).await.is(StatusCode::OK);
}

#[tokio::test]
async fn being_asked_for_a_code_is_no_failure() {
    let shop = Shop::open_with(&["--login-failures", "1", "--login-first-wait", "1h"]).await;
    let anna = Buyer::new(&shop, "anna").await;
    let (authenticator, _, _) = switch_on(&anna).await;
    for _ in 0..2 {
        let asked = Anonymous(&shop).logs_in("anna@example.org", PASSWORD).await.is(StatusCode::UNAUTHORIZED);
        assert_eq!(asked.text("code"), "totp_required");
    }
    log_in(&shop, authenticator.next_code()).await.is(StatusCode::OK);
}

#[tokio::test]
async fn nothing_is_asked_for_before_a_code_has_confirmed_the_secret() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let none = anna.post("/api/auth/totp/confirmation").json(&json!({"code": "123456"})).await;
    assert_eq!(none.is(StatusCode::CONFLICT).text("code"), "not_enrolled");

    anna.post("/api/auth/totp").await.is(StatusCode::OK);
    let wrong = shop.refuses(anna.post("/api/auth/totp/confirmation").json(&json!({"code": "00000x"}))).await;

    assert_eq!(wrong.is(StatusCode::UNPROCESSABLE_ENTITY).field_error(), ("/code", "wrong_code"));
    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
}

#[tokio::test]
async fn a_second_factor_that_is_on_is_not_replaced() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    switch_on(&anna).await;

    let answer = shop.refuses(anna.post("/api/auth/totp")).await;

    assert_eq!(answer.is(StatusCode::CONFLICT).text("code"), "second_factor_on");
}

#[tokio::test]
async fn the_password_switches_it_off() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let (_, codes, _) = switch_on(&anna).await;
    let wrong = shop.refuses(anna.delete("/api/auth/totp").json(&json!({"password": "another password"}))).await;
    assert_eq!(wrong.is(StatusCode::FORBIDDEN).text("code"), "wrong_password");

    let answer = anna.delete("/api/auth/totp").json(&json!({"password": PASSWORD})).await.is(StatusCode::NO_CONTENT);

    assert_eq!(claims(answer.cookie("__Host-access").unwrap())["amr"], json!(["pwd"]));
    Buyer::returning(&shop, "anna@example.org", PASSWORD).await;
    let credential = shop.app.store().credential(anna.id).await.unwrap();
    let left: Vec<_> = credential.0.iter().filter(|(_, value)| !value.is_empty()).map(|(field, _)| field).collect();
    assert_eq!(left, ["password"]);
    assert!(log_in(&shop, codes[0].clone()).await.is(StatusCode::OK).headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn neither_the_secret_nor_a_recovery_code_can_be_read_in_redis() {
    let shop = Shop::open().await;
    let anna = Buyer::new(&shop, "anna").await;
    let secret = anna.post("/api/auth/totp").await.is(StatusCode::OK).text("secret").to_owned();
    let code = json!({"code": Authenticator::of(&secret).code()});
    let answer = anna.post("/api/auth/totp/confirmation").key("once").json(&code).await.is(StatusCode::OK);
    let recovery = answer.body["recovery_codes"][0].as_str().unwrap().to_owned();

    let credential = format!("{:?}", shop.app.store().credential(anna.id).await.unwrap().0);

    let bytes = Secret::try_from_base32(&secret).unwrap();
    let hex: String = bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [&secret, &hex, &recovery, &recovery.replace('-', "")] {
        assert!(!credential.contains(text.as_str()), "{credential}");
    }
    let events = format!("{:?}", shop.events().await);
    assert!(!events.contains(&secret) && !events.contains(&recovery));
}

#[tokio::test]
async fn whoever_is_everything_has_cookies_that_every_browser_keeps() {
    let shop = Shop::open().await;
    let anna = Seller::new(&shop, "anna").await;
    for role in [Role::Admin, Role::Support] {
        tell(&shop, anna.id, Command::GrantRole { role }).await;
    }
    switch_on(&anna).await;

    let answer = anna.refreshes().await.is(StatusCode::NO_CONTENT);

    let roles = &claims(answer.cookie("__Host-access").unwrap())["roles"];
    assert_eq!(roles, &json!(["buyer", "seller", "admin", "support"]));
    let cookies = answer.headers.get_all("set-cookie").iter();
    assert!(cookies.map(HeaderValue::len).sum::<usize>() < 4096, "all of them together");
}

#[tokio::test]
async fn where_it_is_required_admins_are_nobody_special_without_it() {
    let shop = Shop::open_with(&["--admin-second-factor", "required"]).await;
    let admin = Admin::new(&shop).await;
    let anna = Buyer::new(&shop, "anna").await;
    let path = format!("/api/users/{}/roles", anna.id);
    let grant = |access: &str| {
        let ask = Ask::new(&shop, "POST", &path).header("cookie", format!("__Host-access={access}"));
        ask.json(&json!({"role": "support"}))
    };
    let fresh = Buyer::returning(&shop, "admin@example.org", PASSWORD).await;
    let refused = shop.refuses(grant(&fresh.access)).await;
    assert_eq!(refused.is(StatusCode::FORBIDDEN).text("code"), "second_factor_required");

    let (_, _, answer) = switch_on(&admin).await;

    grant(answer.cookie("__Host-access").unwrap()).await.is(StatusCode::OK);
}
