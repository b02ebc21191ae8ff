//! Whoever is erased leaves no byte of their names: not in Redis nor in the file it lives from, not in Postgres, not in a log.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use redis::aio::MultiplexedConnection;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    customer::{Customer, PASSWORD, basket},
    running::{PATIENCE, Shop},
};

/// What nobody else is called, in the e-mail address, the names and the shop's name, and what nobody else says: where orders go,
/// what is written about them.
const NAMES: [&str; 4] = ["quillonia", "vantongerloo", "zwaardstraat", "wobbegong"];

/// The names of the erased that occur in some bytes, in upper or lower case.
fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let bytes = bytes.to_ascii_lowercase();
    let occurs = |name: &&str| bytes.windows(name.len()).any(|window| window == name.as_bytes());
    NAMES.into_iter().filter(occurs).collect()
}

/// Every value in Redis, whatever its type, and its key.
async fn everything_in(redis: &mut MultiplexedConnection) -> Vec<(String, Vec<u8>)> {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(redis).await.unwrap();
    let mut found = Vec::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(redis).await.unwrap();
        let texts: Vec<Vec<u8>> = match kind.as_str() {
            "string" => redis::cmd("MGET").arg(&key).query_async(redis).await.unwrap(),
            "hash" => redis::cmd("HGETALL").arg(&key).query_async(redis).await.unwrap(),
            "zset" => redis::cmd("ZRANGE").arg(&key).arg(0).arg(-1).query_async(redis).await.unwrap(),
            "stream" => {
                let command = redis::cmd("XRANGE").arg(&key).arg("-").arg("+").clone();
                let entries: Vec<(String, Vec<Vec<u8>>)> = command.query_async(redis).await.unwrap();
                entries.into_iter().flat_map(|(_, fields)| fields).collect()
            }
            // It expired meanwhile.
            "none" => continue,
            kind => panic!("{key} is a {kind}, which this test does not look into"),
        };
        found.push((key, texts.join(&b'\n')));
    }
    found
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// What Postgres would hand over to whoever makes a backup.
fn dump(shop: &Shop) -> Vec<u8> {
    let dump = Command::new("pg_dump").arg(shop.database_url()).output().unwrap();
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    dump.stdout
}

/// Does all that a user can do, under names that nobody else has.
async fn live(shop: &Shop, neighbour: &Customer, lamp: &str) -> (Customer, String, String) {
    let user = shop.customer("quillonia").await;
    let names = json!({ "display_name": "Quillonia Vantongerloo" });
    assert_eq!(user.patch("/api/users/me", names).await.status(), StatusCode::OK);
    let renamed = json!({ "username": "vantongerloo" });
    assert_eq!(user.patch("/api/users/me", renamed).await.status(), StatusCode::OK);
    let sold = user.sell("Quillonia's Lanterns", 10).await;
    neighbour.order(&sold, 1).await;
    // In several partitions, hardly in the user's own.
    let mut order = String::new();
    for _ in 0..6 {
        order = user.order_to(lamp, "Zwaardstraat 16").await;
        user.write(&order, "I have a wobbegong at home.").await;
        neighbour.write(&order, "Good for you.").await;
    }
    user.decision(&order).await;
    let theirs = neighbour.order(&sold, 1).await;
    user.write(&theirs, "Wobbegongs are sharks.").await;
    let cancelled = user.order(lamp, 1).await;
    let cancellation = user.post(&format!("/api/orders/{cancelled}/cancellation"), json!({})).await;
    assert_eq!(cancellation.status(), StatusCode::OK);

    let email = "quillonia@example.com";
    let other = Customer::log_in(&shop.url(), email, PASSWORD).await;
    other.get_json("/api/auth/sessions").await;
    let wrong = json!({ "email": email, "password": "Quillonia Vantongerloo" });
    let anonymous = Customer::anonymous(&shop.url());
    assert_eq!(anonymous.post("/api/auth/login", wrong).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        anonymous.post("/api/auth/forgot-password", json!({ "email": email })).await.status(),
        StatusCode::ACCEPTED
    );
    let again = json!({ "email": email, "username": "quillonia2", "password": PASSWORD });
    assert_eq!(anonymous.post("/api/auth/signup", again).await.status(), StatusCode::ACCEPTED);
    let taken = json!({ "email": "other@example.com", "username": "Vantongerloo", "password": PASSWORD });
    assert_eq!(anonymous.post("/api/auth/signup", taken).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(user.try_send(Method::POST, "/api/auth/totp", None).await.unwrap().status(), StatusCode::OK);
    shop.at_rest().await;
    (user, sold, order)
}

async fn erase(user: &Customer, password: &str) -> StatusCode {
    let body = json!({ "password": password });
    user.try_send(Method::DELETE, "/api/users/me", Some(body)).await.unwrap().status()
}

#[tokio::test]
async fn whoever_is_erased_leaves_no_byte_behind() {
    let quickly = ("MILLRACE_TRIM_EVERY", "500ms".to_owned());
    let mut shop = Shop::logging(vec![("MILLRACE_DEMO", "true".to_owned()), quickly]);
    let mut redis = shop.operator().await;
    // So that nothing hides in what is compressed.
    let plainly = redis::cmd("CONFIG").arg("SET").arg("rdbcompression").arg("no").exec_async(&mut redis).await;
    plainly.unwrap();
    let neighbour = shop.customer("bert").await;
    let lamp = neighbour.sell("Bert's lanterns", 100).await;
    let (user, sold, order) = live(&shop, &neighbour, &lamp).await;
    assert_eq!(found_in(&dump(&shop)), NAMES, "there is something to find");
    let values = everything_in(&mut redis).await;
    for name in NAMES {
        assert!(
            values.iter().any(|(_, value)| found_in(value).contains(&name)),
            "there is something to find of {name}"
        );
    }

    assert_eq!(erase(&user, PASSWORD).await, StatusCode::NO_CONTENT);
    shop.at_rest().await;

    // The rewrite of the append-only file comes by itself.
    let folder = shop.data_dir().join("redis");
    let holders =
        || files_below(&folder).into_iter().filter(|path| !found_in(&fs::read(path).unwrap_or_default()).is_empty());
    let gone = async || holders().next().is_none();
    test_kit::eventually("the files of Redis hold nothing", PATIENCE, gone).await;
    for (key, value) in everything_in(&mut redis).await {
        assert_eq!(found_in(&value), [""; 0], "{key}");
    }
    assert_eq!(found_in(&dump(&shop)), [""; 0]);
    let mails = neighbour.get("/dev/mail").await.bytes().await.unwrap();
    assert_eq!(found_in(&mails), [""; 0]);
    assert_eq!(found_in(shop.log().as_bytes()), [""; 0]);

    // Their trade stays without them.
    let shown = neighbour.get_json(&format!("/api/orders/{order}")).await;
    assert_eq!((&shown["ship_to"], &shown["messages"]["items"][1]["text"]), (&Value::Null, &Value::Null));
    assert_eq!(shown["messages"]["items"][0]["text"], "Good for you.");
    assert_eq!(neighbour.post("/api/orders", basket(&sold, 1)).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(neighbour.get(&format!("/api/products/{sold}")).await.status(), StatusCode::NOT_FOUND);
    shop.verify().await;

    // Whatever is built anew from the log knows nothing either.
    for read_model in ["users", "orders"] {
        let replayed = shop.command().args(["replay", read_model]).output().unwrap();
        assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    }
    assert_eq!(found_in(&dump(&shop)), [""; 0]);
    shop.verify().await;

    // The address and the names are anybody's again.
    let again = async || {
        let body = json!({ "email": "quillonia@example.com", "username": "vantongerloo", "password": PASSWORD });
        let anonymous = Customer::anonymous(&shop.url());
        anonymous.post("/api/auth/signup", body).await.status() == StatusCode::ACCEPTED
    };
    test_kit::eventually("the names are free", PATIENCE, again).await;
    let me = Customer::log_in(&shop.url(), "quillonia@example.com", PASSWORD).await.get_json("/api/users/me").await;
    assert_eq!((&me["username"], &me["shop_name"]), (&json!("vantongerloo"), &Value::Null));
    shop.stop();
}

#[tokio::test]
async fn a_wrong_password_forgets_nothing() {
    let mut shop = Shop::open();
    let user = shop.customer("anna").await;

    assert_eq!(erase(&user, "another horse battery").await, StatusCode::FORBIDDEN);

    assert_eq!(user.get_json("/api/users/me").await["username"], "anna");
    shop.stop();
}
