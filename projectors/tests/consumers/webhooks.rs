//! Integrators are told: at least once, signed, and nothing that is none of their business.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use domain::{
    Aggregate as _, OrderId, ProductId, SubscriptionId, UserId,
    inventory::{self, Inventory},
    order::{Offer, Order, Wanted},
    user::{self, Role, User},
    webhook::{self, Cause, Kind, Scope, Webhooks, secret_field, url_field},
};
use event_store::{Changes, Decision, Record, Request as Commit, Stream};
use projectors::{
    Request, Which,
    webhooks::{Authority, Message, Telling},
};
use reqwest::Url;
use serde_json::Value;
use test_kit::{Posted, TestReceiver};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::shop::{Running, SOON, Shop, context, price, telling};

/// Lets everything pass that leads to this machine, and signs with what is legible here.
#[derive(Debug)]
pub(crate) struct Local {
    pub(crate) allowed: bool,
}

impl Authority for Local {
    fn admits(&self, _: &Url) -> bool {
        true
    }

    fn knocks_at(&self, _: u16) -> bool {
        false
    }

    fn reaches(&self, address: IpAddr, _: u16) -> bool {
        self.allowed && address.is_loopback()
    }

    fn sign(&self, subscription: Uuid, sealed: &str, message: Message<'_>) -> Option<String> {
        (sealed == format!("sealed for {subscription}")).then(|| format!("v1,{}.{}", message.id, message.timestamp))
    }
}

impl Shop {
    fn tell(&self, telling: Telling) -> Running {
        self.consume_telling(telling)
    }

    async fn admin(&self) -> UserId {
        let admin = self.seller("admin").await;
        self.execute::<User>(admin, user::Command::GrantRole { role: Role::Admin }).await;
        admin
    }

    /// Has a user told at an address, and waits until that is known.
    pub(crate) async fn subscribe(&self, owner: UserId, url: &str, kinds: &[Kind], scope: Scope) -> SubscriptionId {
        let id = SubscriptionId::from(Uuid::now_v7());
        let kinds: BTreeSet<_> = kinds.iter().copied().collect();
        let command = webhook::Command::Subscribe { id, kinds, scope, at: OffsetDateTime::now_utc(), most: 10 };
        let record =
            Record(BTreeMap::from([(url_field(id), url.to_owned()), (secret_field(id), format!("sealed for {id}"))]));
        let commit = Commit::new(context(), [Stream::of::<Webhooks>(owner)]);
        let decide = move |states: &event_store::States<'_>| {
            let events = states.get::<Webhooks>(owner).decide(command.clone()).unwrap();
            let changes = Changes::none().and::<Webhooks>(owner, events);
            Decision::new(changes.and_private::<Webhooks>(owner, record.clone()), ())
        };
        self.store.commit(commit, decide).await.unwrap();
        let known = async || {
            let known = sqlx::query_scalar("select exists (select from webhooks.subscribers where id = $1)");
            known.bind(Uuid::from(id)).fetch_one(&mut self.sql().await).await.unwrap()
        };
        test_kit::eventually("the subscription is taken over", SOON, known).await;
        id
    }

    /// An order of one unit of each product, by its seller.
    async fn order_of(&self, products: &[(UserId, ProductId)]) -> OrderId {
        let order = OrderId::from(Uuid::now_v7());
        let lines = products.iter().map(|(seller, product)| {
            let name = "Lantern".to_owned().try_into().unwrap();
            let offer = Some(Offer { seller: *seller, name, price: price(339) });
            Wanted { product: *product, quantity: 1, offer }
        });
        let place = self.placing(lines.collect());
        self.execute::<Order>(order, place).await;
        order
    }

    async fn gets_one(&self, product: ProductId) {
        self.execute::<Inventory>(product, inventory::Command::Receive { quantity: 1, reference: None }).await;
    }

    async fn states(&self) -> Vec<(String, i32, Option<i32>, Option<String>)> {
        let rows = sqlx::query_as("select state, attempts, response, error from webhooks.deliveries order by made_at");
        rows.fetch_all(&mut self.sql().await).await.unwrap()
    }

    async fn is(&self, state: &str, count: i64) {
        let is = async || {
            let count_of = sqlx::query_scalar::<_, i64>("select count(*) from webhooks.deliveries where state = $1");
            count_of.bind(state).fetch_one(&mut self.sql().await).await.unwrap() == count
        };
        test_kit::eventually(state, SOON, is).await;
    }
}

fn quick(attempts: u16) -> Telling {
    Telling { attempts, retry_after: Duration::from_millis(1), ..telling() }
}

fn said(posted: &Posted) -> Value {
    serde_json::from_str(&posted.body).unwrap()
}

async fn arrive(receiver: &TestReceiver, count: usize) -> Vec<Posted> {
    test_kit::eventually("the messages arrive", SOON, async || receiver.posted().len() >= count).await;
    receiver.posted()
}

#[tokio::test]
async fn a_seller_hears_of_an_order_with_their_own_lines_alone() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(telling());
    let (anna, bert) = (shop.seller("anna").await, shop.seller("bert").await);
    let (teapot, lantern) = (shop.product(anna, 5).await, shop.product(bert, 5).await);
    shop.subscribe(anna, &receiver.url(), &[Kind::OrderPlaced, Kind::StockChanged], Scope::Own).await;

    let order = shop.order_of(&[(anna, teapot), (bert, lantern)]).await;
    shop.order_of(&[(bert, lantern)]).await;
    shop.at_rest().await;
    shop.is("due", 0).await;

    let posted = arrive(&receiver, 2).await;
    let of = |kind: &str| posted.iter().map(said).filter(|body| body["type"] == kind).collect::<Vec<_>>();
    let placed = of("order.placed");
    assert_eq!(placed.len(), 1, "{placed:?}");
    assert_eq!(placed[0]["data"]["order_id"], order.to_string());
    assert_eq!(placed[0]["data"]["lines"].as_array().unwrap().len(), 1);
    assert_eq!(placed[0]["data"]["lines"][0]["product_id"], teapot.to_string());
    let stock = of("stock.changed");
    assert!(
        !stock.is_empty() && stock.iter().all(|body| body["data"]["product_id"] == teapot.to_string()),
        "{stock:?}"
    );
    // Nothing of the other seller, of the buyer, or of what all of it costs.
    let everything = posted.iter().map(|posted| posted.body.clone()).collect::<String>();
    let buyer = shop.store.load::<Order>(order).await.unwrap().buyer().unwrap();
    for secret in [bert.to_string(), lantern.to_string(), buyer.to_string(), "total".to_owned()] {
        assert!(!everything.contains(&secret), "{secret} in {everything}");
    }
    running.stop().await;
}

#[tokio::test]
async fn an_admin_hears_of_everybody_until_they_are_none() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(telling());
    let (admin, anna) = (shop.admin().await, shop.seller("anna").await);
    let teapot = shop.product(anna, 5).await;
    shop.subscribe(admin, &receiver.url(), &[Kind::OrderPlaced], Scope::All).await;
    shop.order_of(&[(anna, teapot)]).await;
    let posted = arrive(&receiver, 1).await;
    assert_eq!(said(&posted[0])["data"]["lines"][0]["seller_id"], anna.to_string());

    shop.execute::<User>(admin, user::Command::RevokeRole { role: Role::Admin }).await;
    shop.order_of(&[(anna, teapot)]).await;
    shop.at_rest().await;
    shop.is("due", 0).await;
    assert_eq!(receiver.posted().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn what_fails_three_times_is_taken_at_the_fourth() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(quick(8));
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([500, 500, 500]);
    shop.gets_one(teapot).await;
    shop.is("delivered", 1).await;

    assert_eq!(shop.states().await, [("delivered".to_owned(), 4, Some(200), None)]);
    let posted = receiver.posted();
    assert_eq!(posted.len(), 4);
    let ids: HashSet<_> = posted.iter().map(|posted| posted.header("webhook-id")).collect();
    assert_eq!(ids.len(), 1, "each time under the same id");
    assert!(posted[0].header("webhook-signature").starts_with("v1,"));
    running.stop().await;
}

#[tokio::test]
async fn what_nobody_takes_is_a_dead_letter_until_somebody_has_it_sent_again() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(quick(2));
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([503, 503]);
    shop.gets_one(teapot).await;
    shop.is("dead", 1).await;

    let letters = shop.held().await;
    assert_eq!((letters.len(), letters[0].consumer.as_str(), letters[0].attempts), (1, "webhooks", 2));
    assert_eq!((letters[0].kind.as_str(), letters[0].error.as_str()), ("stock.changed", "answered 503"));
    let (category, version) = (Inventory::CATEGORY, letters[0].version.unsigned_abs());
    let reported = async || {
        let last = shop.store.last_dead("webhooks", category, teapot.into(), Some(version)).await.unwrap();
        last == Some(version)
    };
    test_kit::eventually("it is reported where it is asked for", SOON, reported).await;
    shop.ask("webhooks", Request::Retry(Which::All)).await;
    shop.is("delivered", 1).await;
    let posted = receiver.posted();
    assert_eq!(posted.len(), 3);
    assert_eq!(posted[2].header("webhook-id"), posted[0].header("webhook-id"));
    running.stop().await;
}

#[tokio::test]
async fn what_is_discarded_is_sent_no_more_and_stays_on_record() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(quick(2));
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([503, 503]);
    shop.gets_one(teapot).await;
    shop.is("dead", 1).await;

    let letter = shop.held().await.remove(0);
    let (category, id, version) = (letter.category, letter.id, letter.version.unsigned_abs());
    let discard = Request::Discard { category: category.clone(), id, version, reason: "A test".to_owned() };
    shop.ask("webhooks", discard).await;
    shop.nothing_is_held().await;
    let mut sql = shop.sql().await;
    assert!(projectors::is_skipped(&mut sql, "webhooks", (&category, id, version)).await.unwrap());
    assert_eq!(receiver.posted().len(), 2);
    running.stop().await;
}

#[tokio::test]
async fn what_was_sent_and_never_noted_is_sent_again_under_the_same_id() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(telling());
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    shop.gets_one(teapot).await;
    shop.is("delivered", 1).await;
    running.stop().await;
    // As a process leaves it that dies between the answer and noting it: leased, and the lease runs out.
    let crash = "update webhooks.deliveries set state = 'due', lease = gen_random_uuid(), next_at = now()";
    sqlx::query(crash).execute(&mut shop.sql().await).await.unwrap();

    let successor = shop.tell(telling());
    let posted = arrive(&receiver, 2).await;
    shop.is("delivered", 1).await;
    assert_eq!(posted[0].header("webhook-id"), posted[1].header("webhook-id"));
    assert_eq!(posted[0].body, posted[1].body);
    successor.stop().await;
}

#[tokio::test]
async fn who_is_slow_holds_up_nobody_else() {
    let (shop, slow, fast) = (Shop::open().await, test_kit::receiver().await, test_kit::receiver().await);
    let running = shop.tell(telling());
    let (anna, bert) = (shop.seller("anna").await, shop.seller("bert").await);
    let (teapot, lantern) = (shop.product(anna, 5).await, shop.product(bert, 5).await);
    slow.hold();
    shop.subscribe(anna, &slow.url(), &[Kind::StockChanged], Scope::Own).await;
    shop.subscribe(bert, &fast.url(), &[Kind::StockChanged], Scope::Own).await;
    for _ in 0..20 {
        shop.gets_one(teapot).await;
    }
    test_kit::eventually("the slow one is busy", SOON, async || slow.waiting() > 0).await;
    for _ in 0..20 {
        shop.gets_one(lantern).await;
    }

    arrive(&fast, 20).await;
    assert!(slow.posted().is_empty() && slow.waiting() <= 4, "{} at once", slow.waiting());
    slow.release();
    arrive(&slow, 20).await;
    running.stop().await;
}

#[tokio::test]
async fn what_is_removed_hears_nothing_more() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(telling());
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    let id = shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([500]);
    shop.gets_one(teapot).await;
    arrive(&receiver, 1).await;
    shop.execute::<Webhooks>(anna, webhook::Command::Remove { id }).await;
    shop.gets_one(teapot).await;
    shop.at_rest().await;

    assert_eq!(shop.count("select count(*) from webhooks.deliveries").await, 0);
    assert_eq!(shop.count("select count(*) from webhooks.subscribers").await, 0);
    assert_eq!(receiver.posted().len(), 1);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn who_takes_nothing_for_long_is_disabled() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(Telling { disable_after: Duration::ZERO, ..quick(3) });
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    let id = shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([500]);
    shop.gets_one(teapot).await;
    let disabled = async || {
        let webhooks = shop.store.load::<Webhooks>(anna).await.unwrap();
        webhooks.get(id).unwrap().disabled == Some(Cause::Failing)
    };
    test_kit::eventually("it is disabled", SOON, disabled).await;
    shop.gets_one(teapot).await;
    shop.at_rest().await;

    assert_eq!(receiver.posted().len(), 1);
    assert_eq!(shop.count("select count(*) from subscriptions.subscriptions where cause = 'failing'").await, 1);
    running.stop().await;
}

#[tokio::test]
async fn who_says_that_it_is_gone_is_asked_once() {
    let (shop, receiver) = (Shop::open().await, test_kit::receiver().await);
    let running = shop.tell(quick(8));
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    let id = shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.answer([410]);
    shop.gets_one(teapot).await;
    let gone = async || shop.store.load::<Webhooks>(anna).await.unwrap().get(id).unwrap().disabled == Some(Cause::Gone);
    test_kit::eventually("it is disabled", SOON, gone).await;
    shop.at_rest().await;
    assert_eq!(receiver.posted().len(), 1);
    running.stop().await;
}

#[tokio::test]
async fn no_redirect_is_followed_and_no_name_leads_home() {
    let (shop, receiver, elsewhere) = (Shop::open().await, test_kit::receiver().await, test_kit::receiver().await);
    let anna = shop.seller("anna").await;
    let teapot = shop.product(anna, 5).await;
    let running = shop.tell(quick(2));
    shop.subscribe(anna, &receiver.url(), &[Kind::StockChanged], Scope::Own).await;
    receiver.redirect_to(&elsewhere.url());
    shop.gets_one(teapot).await;
    shop.is("dead", 1).await;
    assert_eq!(shop.states().await, [("dead".to_owned(), 2, Some(302), None)]);
    assert!(elsewhere.posted().is_empty());
    running.stop().await;

    // The same name, once its address is not allowed: asked again at each connection.
    let running = shop.tell(Telling { authority: Arc::new(Local { allowed: false }), ..quick(2) });
    let name = elsewhere.url().replace("127.0.0.1", "localhost");
    let bert = shop.seller("bert").await;
    let lantern = shop.product(bert, 5).await;
    shop.subscribe(bert, &name, &[Kind::StockChanged], Scope::Own).await;
    shop.gets_one(lantern).await;
    shop.is("dead", 2).await;
    let refused = shop.states().await.into_iter().filter(|state| state.3.as_deref() == Some("address_refused")).count();
    assert_eq!(refused, 1, "{:?}", shop.states().await);
    assert!(elsewhere.posted().is_empty());
    running.stop().await;
}
