//! Tokens that let nobody in.

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use web::keys::SigningKeys;
use web::tokens::mail::Purpose;

use crate::actors::{Anonymous, Seller, one_line};
use crate::shop::Shop;

/// The shop's key, its id, its public half, and what an honest token of `seller` says.
struct Forge {
    key: EncodingKey,
    kid: String,
    public: Vec<u8>,
    claims: Value,
}

async fn forge(shop: &Shop, seller: &Seller<'_>) -> Forge {
    let keys = shop.send(axum::http::Request::get("/.well-known/jwks.json"), "").await.is(StatusCode::OK);
    let published = &keys.body["keys"][0];
    let kid = published["kid"].as_str().unwrap().to_owned();
    let pem = std::fs::read(shop.keys.path().join(format!("{kid}.pem"))).unwrap();
    let payload = seller.access.split('.').nth(1).unwrap();
    Forge {
        key: EncodingKey::from_ed_pem(&pem).unwrap(),
        public: URL_SAFE_NO_PAD.decode(published["x"].as_str().unwrap()).unwrap(),
        claims: serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap(),
        kid,
    }
}

impl Forge {
    fn header(&self, algorithm: Algorithm) -> Header {
        Header { typ: Some("at+jwt".into()), kid: Some(self.kid.clone()), ..Header::new(algorithm) }
    }
}

#[tokio::test]
async fn lets_no_forged_token_in() {
    let shop = Shop::open().await;
    let seller = Seller::new(&shop, "anna").await;
    let product = seller.lists_a_teapot().await;
    let forge = forge(&shop, &seller).await;

    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let none = part(json!({"alg": "none", "typ": "at+jwt", "kid": forge.kid}));
    let none = format!("{none}.{}.", part(forge.claims.clone()));
    let secret = EncodingKey::from_secret(&forge.public);
    let hs256 = encode(&forge.header(Algorithm::HS256), &forge.claims, &secret).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let foreign_keys = SigningKeys::open(elsewhere.path()).unwrap();
    let foreign_kid = foreign_keys.public().jwks().keys[0].common.key_id.clone().unwrap();
    let foreign_pem = std::fs::read(elsewhere.path().join(format!("{foreign_kid}.pem"))).unwrap();
    let foreign_key = EncodingKey::from_ed_pem(&foreign_pem).unwrap();
    let foreign = encode(&forge.header(Algorithm::EdDSA), &forge.claims, &foreign_key).unwrap();
    let brought = Header { jwk: Some(foreign_keys.public().jwks().keys[0].clone()), ..forge.header(Algorithm::EdDSA) };
    let brought = encode(&brought, &forge.claims, &foreign_key).unwrap();
    let unknown = Header { kid: Some("unknown".into()), ..forge.header(Algorithm::EdDSA) };
    let unknown = encode(&unknown, &forge.claims, &forge.key).unwrap();
    let link = shop.link(Purpose::VerifyEmail, seller.id, 1);
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let saying = |changes: Value| {
        let mut claims = forge.claims.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        encode(&forge.header(Algorithm::EdDSA), &claims, &forge.key).unwrap()
    };
    let expired = saying(json!({"iat": now - 7200, "nbf": now - 7200, "exp": now - 3600}));
    let not_yet = saying(json!({"nbf": now + 3600, "exp": now + 7200}));
    let [issuer, audience] = ["iss", "aud"].map(|claim| saying(json!({claim: "somebody"})));

    let signed = [foreign, brought, unknown, link, expired, not_yet, issuer, audience];
    for token in signed.into_iter().chain([none, hs256, "junk".to_owned()]) {
        let ask = Anonymous(&shop).post("/api/orders").key("k").header("cookie", format!("__Host-access={token}"));
        let answer = shop.refuses(ask.json(&one_line(&product, 1))).await.is(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.text("code"), "unauthenticated", "{token}");
    }
    let honest = encode(&forge.header(Algorithm::EdDSA), &forge.claims, &forge.key).unwrap();
    let ask = Anonymous(&shop).post(&format!("/api/inventory/{product}/receipts"));
    let ask = ask.header("cookie", format!("__Host-access={honest}")).json(&json!({"quantity": 1}));
    ask.await.is(StatusCode::OK);
}

#[tokio::test]
async fn nobody_changes_anything_without_a_session() {
    let shop = Shop::open().await;
    let id = "0190d3f0-0000-7000-8000-000000000000";
    for (method, path) in [
        ("PATCH", "/api/users/me".to_owned()),
        ("POST", "/api/sellers".to_owned()),
        ("POST", "/api/products".to_owned()),
        ("PATCH", format!("/api/products/{id}")),
        ("DELETE", format!("/api/products/{id}")),
        ("POST", format!("/api/inventory/{id}/receipts")),
        ("POST", format!("/api/inventory/{id}/adjustments")),
        ("POST", "/api/orders".to_owned()),
        ("POST", format!("/api/orders/{id}/cancellation")),
        ("POST", format!("/api/users/{id}/roles")),
        ("DELETE", format!("/api/users/{id}/roles/admin")),
        ("POST", "/api/auth/logout".to_owned()),
    ] {
        let answer = shop.refuses(crate::shop::Ask::new(&shop, method, &path)).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
}
