//! Where a second factor is required of admins and support, each service asks for it by itself.

use std::{path::Path, time::Duration};

use reqwest::{Client, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use uuid::Uuid;
use web::{
    keys::SigningKeys,
    tokens::{Moment, Signer},
};

use crate::services::Apart;

async fn users(shop: &Apart, token: &SecretString) -> (StatusCode, Value) {
    let cookie = format!("__Host-access={}", token.expose_secret());
    let ask = Client::new().get(format!("{}/api/admin/users", shop.read_url())).header(header::COOKIE, cookie);
    let answer = ask.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test]
async fn the_read_side_asks_staff_for_a_second_factor_where_it_is_required() {
    let shop = Apart::open(&[("MILLRACE_ADMIN_SECOND_FACTOR", "required")]).await;
    let keys = SigningKeys::open(Path::new(&shop.keys_dir())).unwrap();
    let signer = Signer::new(keys, Duration::from_secs(600));
    let roles = |role: &str| vec!["buyer".to_owned(), role.to_owned()];
    for role in ["admin", "support"] {
        let unproven = signer.sign(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), roles(role));
        let proven = signer.sign_with_second_factor(Moment::now(), Uuid::now_v7(), Uuid::now_v7(), roles(role));

        let (status, problem) = users(&shop, &unproven).await;

        assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &"second_factor_required".into()));
        assert_eq!(users(&shop, &proven).await.0, StatusCode::OK);
    }
}
