//! Where sessions are used from.

use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use axum::routing::get;
use axum::{Router, body};
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use test_kit::eventually;
use time::OffsetDateTime;
use tower::ServiceExt;
use uuid::Uuid;
use web::address::ClientAddress;
use web::caller::{Caller, Gate};
use web::devices::{Device, Devices};
use web::edge;
use web::keys::SigningKeys;
use web::sessions::Grant;
use web::settings::Edge;
use web::tokens::{Moment, Signer, Verifier};

use crate::shop::{ACCESS, LIFETIMES, Shop, shop};

const SOON: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_secs(300);

fn from(address: &str) -> ClientAddress {
    ClientAddress(address.parse().unwrap())
}

async fn open(shop: &Shop) -> Grant {
    let device = Device { user_agent: Some("curl".into()), address: "198.51.100.1".parse().unwrap() };
    shop.sessions.open(Uuid::now_v7(), Uuid::now_v7(), device).await.unwrap()
}

#[tokio::test]
async fn tells_of_many_sessions_at_once_what_they_began_with() {
    let shop = shop(LIFETIMES).await;
    let (one, other) = (open(&shop).await, open(&shop).await);
    let devices = Devices::new(shop.connection.clone(), EVERY);

    let details = devices.details(&[one.session, Uuid::now_v7(), other.session]).await.unwrap();

    assert_eq!(details.len(), 2);
    let found = &details[&one.session];
    assert_eq!(
        (found.user, found.user_agent.as_deref(), found.address),
        (one.user, Some("curl"), Some(from("198.51.100.1").0))
    );
    assert_eq!((found.seen_at, found.seen_address), (found.created_at, found.address));
    assert!(OffsetDateTime::now_utc() - found.created_at < SOON);
    assert!(devices.details(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn whoever_is_let_in_is_seen_and_not_again_for_some_minutes() {
    let shop = shop(LIFETIMES).await;
    let grant = open(&shop).await;
    let folder = tempfile::tempdir().unwrap();
    let keys = SigningKeys::open(folder.path()).unwrap();
    let token = Signer::new(keys.clone(), ACCESS).sign(Moment::now(), grant.user, grant.session, vec![]);
    let process = || {
        let devices = Devices::new(shop.connection.clone(), EVERY);
        let gate = Gate::new(Verifier::new(keys.public()), shop.revocations.clone()).noting(devices.clone());
        let router = Router::new().route("/", get(async |caller: Caller| caller.user.to_string()));
        (edge::wrap(router, gate, &Edge::default()), devices)
    };
    let visit = async |router: &Router, peer: &str| {
        let peer = ConnectInfo(peer.parse::<SocketAddr>().unwrap());
        let cookie = format!("__Host-access={}", token.expose_secret());
        let request = Request::get("/").header(header::COOKIE, cookie).extension(peer).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(body::to_bytes(answer.into_body(), 100).await.unwrap(), grant.user.to_string());
    };
    let (one, devices) = process();
    let seen_address = async || devices.details(&[grant.session]).await.unwrap()[&grant.session].seen_address;

    visit(&one, "203.0.113.9:4711").await;
    eventually("the session is seen", SOON, async || seen_address().await == Some(from("203.0.113.9").0)).await;

    // Neither the same process nor another writes again so soon; a session seen afterwards shows that they have had the time.
    let (other, other_devices) = process();
    visit(&one, "203.0.113.10:4711").await;
    visit(&other, "203.0.113.11:4711").await;
    let later = open(&shop).await;
    other_devices.see(later.session, from("203.0.113.12"));
    let seen = async || {
        devices.details(&[later.session]).await.unwrap()[&later.session].seen_address == Some(from("203.0.113.12").0)
    };
    eventually("the later session is seen", SOON, seen).await;
    assert_eq!(seen_address().await, Some(from("203.0.113.9").0));
}

#[tokio::test]
async fn an_ended_session_leaves_no_trace() {
    let shop = shop(LIFETIMES).await;
    let (ended, alive) = (open(&shop).await, open(&shop).await);
    let devices = Devices::new(shop.connection.clone(), Duration::ZERO);
    devices.see(ended.session, from("203.0.113.9"));
    let keys = async || {
        let mut redis = shop.connection.clone();
        redis::cmd("KEYS").arg("seen:*").query_async::<Vec<String>>(&mut redis).await.unwrap()
    };
    eventually("it is seen", SOON, async || keys().await.len() == 1).await;

    shop.sessions.end(ended.session).await.unwrap();
    assert!(keys().await.is_empty());

    // A token that is still let in somewhere brings nothing back.
    devices.see(ended.session, from("203.0.113.9"));
    devices.see(alive.session, from("203.0.113.9"));
    eventually("the other is seen", SOON, async || keys().await == [format!("seen:{{{}}}", alive.session)]).await;
}
