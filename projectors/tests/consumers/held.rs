//! An event that fails by itself holds its aggregate, and nothing else.

use std::collections::HashMap;

use domain::{
    Partition, ProductId,
    inventory::{self, Inventory},
};
use futures_util::future::join_all;
use projectors::{HeldAggregate, Request, Which, held};
use redis::AsyncCommands;

use crate::shop::{SOON, Shop};

/// A movement to thirteen units does not fit into the read model `inventory`, for whatever reason.
const BREAK: &str = "alter table inventory_g1.movements add constraint lucky check (on_hand <> 13) not valid";
const MEND: &str = "alter table inventory_g1.movements drop constraint lucky";

impl Shop {
    pub(crate) async fn run_sql(&self, statement: &'static str) {
        sqlx::raw_sql(statement).execute(&mut self.sql().await).await.unwrap();
    }

    pub(crate) async fn held(&self) -> Vec<HeldAggregate> {
        held(&mut self.sql().await).await.unwrap()
    }

    async fn receive(&self, product: ProductId, quantity: u32) {
        self.execute::<Inventory>(product, inventory::Command::Receive { quantity, reference: None }).await;
    }

    pub(crate) async fn is_dead(&self) {
        let dead = async || self.held().await.iter().any(HeldAggregate::is_dead);
        test_kit::eventually("the event is a dead letter", SOON, dead).await;
    }

    pub(crate) async fn nothing_is_held(&self) {
        let none = async || self.held().await.is_empty();
        test_kit::eventually("nothing is held any more", SOON, none).await;
    }

    async fn on_hand(&self, product: ProductId) -> Option<i64> {
        let query = sqlx::query_scalar("select on_hand from inventory.inventory where id = $1");
        query.bind(uuid::Uuid::from(product)).fetch_optional(&mut self.sql().await).await.unwrap()
    }

    /// Appends an event that no version of the code has ever written.
    pub(crate) async fn append_unknown(&self, product: ProductId) {
        let id = uuid::Uuid::from(product);
        let partition = Partition::of(product);
        let version = self.store.load::<Inventory>(product).await.unwrap().version() + 1;
        let feed = event_store::Feed { category: "inventory", partition };
        let position = self.store.head(feed).await.unwrap() + 1;
        let event = [
            ("type", "inventory.counted"),
            ("schema", "1"),
            ("at", "2026-11-21T00:00:00.000Z"),
            ("actor", "test"),
            ("command", "c0ffee"),
            ("trace", ""),
            ("data", "{}"),
        ];
        let (id, number) = (id.to_string(), version.to_string());
        let entry = [&[("id", id.as_str()), ("version", number.as_str())], event.as_slice()].concat();
        let mut redis = self.operator().await;
        let stream = format!("inventory:{{{partition}}}:{id}");
        redis.xadd::<_, _, _, _, String>(stream, format!("{version}-0"), &event).await.unwrap();
        redis.xadd::<_, _, _, _, String>(feed.to_string(), format!("{position}-0"), &entry).await.unwrap();
    }
}

#[tokio::test]
async fn one_poisoned_aggregate_waits_and_a_thousand_others_flow() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let poisoned = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(poisoned, 1).await;
    let others = join_all((0..999).map(|_| shop.product(seller, 5))).await;
    shop.receive(poisoned, 1).await;
    shop.at_rest().await;

    // Twelve, not thirteen, and not fourteen either: the last event waits behind the one that fails.
    assert_eq!(shop.on_hand(poisoned).await, Some(12));
    assert_eq!(shop.count("select count(*) from inventory.inventory where on_hand = 5").await, others.len() as i64);
    let letters = shop.held().await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!((letter.consumer.as_str(), letter.version, letter.waiting), ("inventory_g1", 2, 2));
    assert!(letter.error.contains("lucky"), "{}", letter.error);
    // The catalogue, which does not mind, has everything.
    let catalogue = sqlx::query_scalar::<_, i64>("select on_hand from products.stock where id = $1");
    let stock = catalogue.bind(uuid::Uuid::from(poisoned)).fetch_one(&mut shop.sql().await).await.unwrap();
    assert_eq!(stock, 14);
    running.stop().await;
}

#[tokio::test]
async fn what_is_held_is_applied_in_order_once_the_cause_is_mended() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(product, 1).await;
    shop.is_dead().await;
    join_all((0..19).map(|_| shop.receive(product, 1))).await;
    shop.run_sql(MEND).await;
    shop.ask("inventory_g1", Request::Retry(Which::All)).await;
    // The aggregate goes on while its queue is worked off.
    join_all((0..20).map(|_| shop.receive(product, 1))).await;
    shop.nothing_is_held().await;
    shop.at_rest().await;
    assert_eq!(shop.on_hand(product).await, Some(52));
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn an_event_that_fails_five_times_is_a_dead_letter_with_a_copy_in_redis() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.append_unknown(product).await;
    let both = async || shop.held().await.iter().filter(|letter| letter.is_dead()).count() == 2;
    test_kit::eventually("both read models of inventory give up", SOON, both).await;
    for letter in shop.held().await {
        assert_eq!((letter.attempts, letter.kind.as_str(), letter.version), (5, "inventory.counted", 2));
    }
    let key = format!("dead:inventory_g1:{{{}}}", Partition::of(product));
    let mut redis = shop.operator().await;
    let copied = async || redis.clone().xlen::<_, usize>(&key).await.unwrap() == 1;
    test_kit::eventually("the copy is in Redis", SOON, copied).await;
    let entries: Vec<(String, HashMap<String, String>)> = redis.xrange_all(&key).await.unwrap();
    let copy = &entries[0].1;
    assert_eq!((copy["id"].as_str(), copy["version"].as_str()), (uuid::Uuid::from(product).to_string().as_str(), "2"));
    assert_eq!((copy["attempts"].as_str(), copy["type"].as_str()), ("5", "inventory.counted"));
    running.stop().await;
}

#[tokio::test]
async fn a_new_owner_knows_what_is_held() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(product, 1).await;
    shop.is_dead().await;
    running.stop().await;
    let running = shop.consume();
    shop.receive(product, 1).await;
    shop.at_rest().await;
    assert_eq!(shop.on_hand(product).await, Some(12));
    assert_eq!(shop.held().await[0].waiting, 2);
    running.stop().await;
}

#[tokio::test]
async fn a_discarded_event_is_passed_over_by_every_fold() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(product, 1).await;
    shop.receive(product, 2).await;
    shop.is_dead().await;
    let discard = |version| Request::Discard {
        category: "inventory".to_owned(),
        id: product.into(),
        version,
        reason: "counted twice".to_owned(),
    };
    shop.ask("inventory_g1", discard(2)).await;
    // Live events come in meanwhile.
    join_all((0..20).map(|_| shop.receive(product, 1))).await;
    shop.nothing_is_held().await;
    shop.at_rest().await;
    assert_eq!(shop.on_hand(product).await, Some(34));
    shop.run_sql(MEND).await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_discard_of_another_event_than_the_one_that_fails_does_nothing() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(product, 1).await;
    shop.receive(product, 2).await;
    shop.is_dead().await;
    let discard = |version| Request::Discard {
        category: "inventory".to_owned(),
        id: product.into(),
        version,
        reason: "the wrong one".to_owned(),
    };
    // Somebody looked too long at a list: it is not the third that fails.
    shop.ask("inventory_g1", discard(3)).await;
    shop.run_sql(MEND).await;
    shop.ask("inventory_g1", Request::Retry(Which::Aggregate("inventory".to_owned(), product.into()))).await;
    shop.nothing_is_held().await;
    assert_eq!(shop.on_hand(product).await, Some(15));
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_discard_is_not_overruled_by_a_retry_that_comes_after_it() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 12).await;
    shop.at_rest().await;
    shop.run_sql(BREAK).await;
    shop.receive(product, 1).await;
    shop.receive(product, 2).await;
    shop.is_dead().await;
    // Both are asked for while nobody can do either, and by then the cause is mended: what is discarded stays discarded.
    shop.ask("inventory_g1", Request::Pause { reason: "while asking".to_owned() }).await;
    let paused = async || running.faults().iter().any(|(_, fault)| fault.contains("while asking"));
    test_kit::eventually("the consumer stands still", SOON, paused).await;
    let discard = Request::Discard {
        category: "inventory".to_owned(),
        id: product.into(),
        version: 2,
        reason: "counted twice".to_owned(),
    };
    shop.ask("inventory_g1", discard).await;
    shop.ask("inventory_g1", Request::Retry(Which::All)).await;
    shop.run_sql(MEND).await;
    shop.ask("inventory_g1", Request::Resume).await;
    shop.nothing_is_held().await;
    assert_eq!(shop.on_hand(product).await, Some(14));
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn an_event_that_was_discarded_for_a_policy_is_not_carried_when_its_position_is_set_back() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 5).await;
    shop.at_rest().await;
    let stream = format!("inventory:{{{}}}:{}", Partition::of(product), uuid::Uuid::from(product));
    let mut redis = shop.operator().await;
    redis.xadd::<_, _, _, _, String>(&stream, "2-0", &[("by", "hand")]).await.unwrap();
    let order = shop.order_one(seller, product).await;
    shop.is_dead().await;
    let discard = Request::Discard {
        category: "order".to_owned(),
        id: order.into(),
        version: 1,
        reason: "the buyer was told".to_owned(),
    };
    shop.ask("order-fulfilment", discard).await;
    shop.nothing_is_held().await;
    let _: usize = redis.xdel(&stream, &["2-0"]).await.unwrap();
    redis::cmd("XSETID").arg(&stream).arg("1-0").query_async::<()>(&mut redis).await.unwrap();
    running.stop().await;
    shop.run_sql("update policies.positions set position = 0, last_event = null").await;
    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(shop.status(order).await, Some(domain::order::Status::Pending));
    running.stop().await;
}

#[tokio::test]
async fn an_inventory_over_which_the_code_panics_holds_its_orders_and_no_others() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let (good, broken) = (shop.product(seller, 50).await, shop.product(seller, 50).await);
    shop.at_rest().await;
    let stream = format!("inventory:{{{}}}:{}", Partition::of(broken), uuid::Uuid::from(broken));
    let data = format!(r#"{{"delta":{},"reason":"counted"}}"#, i64::MAX);
    let fields = [("type", "inventory.adjusted"), ("schema", "1"), ("at", ""), ("actor", ""), ("command", "")];
    let fields = [fields.as_slice(), &[("trace", ""), ("data", &data)]].concat();
    for version in ["2-0", "3-0"] {
        shop.operator().await.xadd::<_, _, _, _, String>(&stream, version, &fields).await.unwrap();
    }
    let waits = shop.order(seller, &[(good, 1), (broken, 1)]).await;
    let flows = shop.order_one(seller, good).await;
    let confirmed = async || shop.status(flows).await == Some(domain::order::Status::Confirmed);
    test_kit::eventually("the other is confirmed", SOON, confirmed).await;
    shop.is_dead().await;
    assert_eq!(shop.held().await.iter().map(|letter| letter.id).collect::<Vec<_>>(), [uuid::Uuid::from(waits)]);
    running.stop().await;
}

#[tokio::test]
async fn a_product_that_holds_up_many_orders_does_not_trip_the_breaker() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let broken = shop.product(seller, 50).await;
    shop.at_rest().await;
    let stream = format!("inventory:{{{}}}:{}", Partition::of(broken), uuid::Uuid::from(broken));
    let mut redis = shop.operator().await;
    redis.xadd::<_, _, _, _, String>(&stream, "2-0", &[("by", "hand")]).await.unwrap();
    join_all((0..40).map(|_| shop.order_one(seller, broken))).await;
    let all_wait = async || shop.held().await.len() == 40;
    test_kit::eventually("all forty wait", SOON, all_wait).await;
    assert_eq!(shop.count("select count(*) from policies.paused").await, 0);
    running.stop().await;
}

#[tokio::test]
async fn a_table_that_is_missing_keeps_the_consumer_waiting_and_blames_no_event() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    shop.run_sql("alter table orders_g1.order_lines rename to elsewhere").await;
    shop.run_sql("drop view orders.order_lines").await;
    let product = shop.product(seller, 5).await;
    shop.order_one(seller, product).await;
    let waits = async || running.faults().iter().any(|(_, fault)| fault.contains("order_lines"));
    test_kit::eventually("the consumer says so", SOON, waits).await;
    assert_eq!(shop.held().await.len(), 0);
    shop.run_sql("alter table orders_g1.elsewhere rename to order_lines").await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from orders_g1.order_lines").await, 1);
    running.stop().await;
}

#[tokio::test]
async fn an_order_that_a_policy_cannot_carry_waits_and_the_others_flow() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    let (good, broken) = (shop.product(seller, 50).await, shop.product(seller, 50).await);
    shop.at_rest().await;
    // Somebody wrote into the stream of an inventory by hand, so that it cannot be loaded.
    let stream = format!("inventory:{{{}}}:{}", Partition::of(broken), uuid::Uuid::from(broken));
    let mut redis = shop.operator().await;
    redis.xadd::<_, _, _, _, String>(&stream, "2-0", &[("by", "hand")]).await.unwrap();
    let waits = shop.order_one(seller, broken).await;
    let flow = join_all((0..20).map(|_| shop.order_one(seller, good))).await;
    for order in flow {
        let confirmed = async || shop.status(order).await == Some(domain::order::Status::Confirmed);
        test_kit::eventually("the others are confirmed", SOON, confirmed).await;
    }
    shop.is_dead().await;
    let letters = shop.held().await;
    assert_eq!((letters.len(), letters[0].consumer.as_str(), letters[0].id), (1, "order-fulfilment", waits.into()));
    assert_eq!(shop.status(waits).await, Some(domain::order::Status::Pending));

    let _: usize = redis.xdel(&stream, &["2-0"]).await.unwrap();
    redis::cmd("XSETID").arg(&stream).arg("1-0").query_async::<()>(&mut redis).await.unwrap();
    shop.ask("order-fulfilment", Request::Retry(Which::Type("order.placed".to_owned()))).await;
    shop.nothing_is_held().await;
    assert_eq!(shop.status(waits).await, Some(domain::order::Status::Confirmed));
    shop.at_rest().await;
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn a_consumer_under_which_everything_fails_is_paused_and_holds_nothing_for_it() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let seller = shop.seller("anna").await;
    shop.at_rest().await;
    shop.run_sql("alter table inventory_g1.inventory add constraint broken check (on_hand < 0) not valid").await;
    join_all((0..100).map(|_| shop.product(seller, 5))).await;
    let paused = async || running.faults().iter().any(|(_, fault)| fault.contains("paused by circuit breaker"));
    test_kit::eventually("the breaker trips", SOON, paused).await;
    assert_eq!(shop.count("select count(*) from inventory_g1.paused").await, 1);
    assert!(shop.held().await.len() <= 20);

    shop.run_sql("alter table inventory_g1.inventory drop constraint broken").await;
    shop.ask("inventory_g1", Request::Resume).await;
    shop.nothing_is_held().await;
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from inventory.inventory where on_hand = 5").await, 100);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn take_overs_and_an_absent_postgres_hold_nothing() {
    let postgres = test_kit::postgres().await;
    let shop = Shop::with(postgres.url().parse().unwrap()).await;
    let mut running = shop.consume();
    let seller = shop.seller("anna").await;
    let product = shop.product(seller, 500).await;
    shop.at_rest().await;
    // What was held and flows again leaves no row: this does.
    shop.run_sql(
        "create table public.ever_held (consumer text, error text);
         create function public.remember() returns trigger language plpgsql as $$ begin
           insert into public.ever_held values (new.consumer, new.error);
           return new;
         end $$;
         create trigger remember after insert on policies.held for each row execute function public.remember();
         create trigger remember after insert on orders_g1.held for each row execute function public.remember();
         create trigger remember after insert on inventory_g1.held for each row execute function public.remember()",
    )
    .await;
    for _ in 0..4 {
        let orders = join_all((0..20).map(|_| shop.order_one(seller, product)));
        let (_, next) = tokio::join!(orders, async {
            postgres.kill9();
            running.stop().await;
            postgres.restart().await;
            shop.consume()
        });
        running = next;
    }
    shop.at_rest().await;
    assert_eq!(shop.count("select count(*) from public.ever_held").await, 0);
    assert_eq!(shop.count("select count(*) from orders.orders where status = 'confirmed'").await, 80);
    shop.verify().await;
    running.stop().await;
}
