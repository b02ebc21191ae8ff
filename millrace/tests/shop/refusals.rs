//! No service starts on what everybody knows.

use std::process::Command;

use serde_json::json;

use crate::{
    customer::Customer,
    running::{MILLRACE, Shop},
};

/// What a service says that must not start.
fn refusal(role: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(MILLRACE);
    let nowhere = [("REDIS_URL", "redis://127.0.0.1:1"), ("DATABASE_URL", "postgres://127.0.0.1:1/millrace")];
    command.arg(role).envs(nowhere).env("MILLRACE_MAIL", "off").envs(variables.iter().copied());
    let keys = tempfile::tempdir().unwrap();
    command.env("MILLRACE_KEYS_DIR", keys.path());
    let refused = command.output().unwrap();
    assert!(!refused.status.success(), "{role} {variables:?}");
    String::from_utf8(refused.stderr).unwrap()
}

#[test]
fn a_setting_that_everybody_knows_is_refused_by_its_name() {
    for (role, variable, value) in [
        ("command-api", "REDIS_URL", "redis://:foobared@127.0.0.1:1"),
        ("command-api", "REDIS_URL", "redis://cache.internal"),
        ("command-api", "MILLRACE_CALLBACK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("query-api", "REDIS_URL", "redis://query-api:query-api@cache.internal"),
        ("query-api", "DATABASE_URL", "postgres://millrace:password@127.0.0.1:5432/millrace"),
        ("projectors", "REDIS_URL", "redis://projectors:changeme@cache.internal"),
        ("projectors", "DATABASE_URL", "postgres://millrace@db.internal/millrace"),
        ("up", "REDIS_URL", "redis://cache.internal"),
        ("up", "DATABASE_URL", "postgres://postgres:postgres@127.0.0.1/millrace"),
    ] {
        let said = refusal(role, &[(variable, value)]);
        assert!(said.contains(variable) && !said.contains(value), "{role} {variable}={value}: {said}");
    }
    let smtp = "smtps://shop:password@mail.example.org";
    let mail = [
        ("MILLRACE_MAIL", "on"),
        ("MILLRACE_SMTP_URL", smtp),
        ("MILLRACE_MAIL_FROM", "shop@example.org"),
        ("MILLRACE_PUBLIC_URL", "https://shop.example.org"),
    ];
    let said = refusal("projectors", &mail);
    assert!(said.contains("MILLRACE_SMTP_URL") && !said.contains(smtp), "{said}");
}

#[test]
fn a_shop_to_play_with_listens_on_this_machine_alone() {
    for role in ["command-api", "query-api"] {
        let said = refusal(role, &[("MILLRACE_DEMO", "true"), ("MILLRACE_LISTEN", "0.0.0.0:0")]);
        assert!(said.contains("MILLRACE_LISTEN") && said.contains("MILLRACE_DEMO"), "{said}");
    }
}

#[tokio::test]
async fn a_shop_to_play_with_becomes_a_real_one_when_nobody_can_enter_it_as_its_people() {
    let mut shop = Shop::open();
    let anna = shop.customer("anna").await;
    let granted = shop.command().args(["users", "grant", "anna@example.com", "admin"]).output().unwrap();
    assert!(granted.status.success());
    let id_of = async |email: &str| {
        let customer = Customer::log_in(&shop.url(), email, "demotest").await;
        customer.get_json("/api/users/me").await["id"].as_str().unwrap().to_owned()
    };
    let mut people = Vec::new();
    for email in ["demo@demo.com", "demo2@demo.com", "admin@demo.com"] {
        people.push(id_of(email).await);
    }
    shop.stop();
    let real = |shop: &Shop| {
        let mut up = shop.up();
        up.env("MILLRACE_DEMO", "false").env("MILLRACE_RATE_LIMITS", "on").env("MILLRACE_MAIL", "off");
        up
    };
    let refused = String::from_utf8(real(&shop).output().unwrap().stderr).unwrap();
    assert!(refused.contains("admin@demo.com"), "{refused}");

    shop.start();
    anna.post("/api/auth/refresh", json!(null)).await;
    for id in people {
        let suspended =
            anna.post(&format!("/api/users/{id}/suspension"), json!({ "reason": "It was for playing" })).await;
        assert!(suspended.status().is_success());
    }
    shop.stop();
    shop.start_as(real(&shop));
    shop.stop();
}
