//! What is kept of a user beside their account, in other partitions than theirs: copied while it is there, and gone with them.

use domain::{
    Aggregate, OrderId, Partition, ProductId, UserId,
    message::{self, Conversation},
    order::{self, Charges, Offer, Order, Party, Wanted},
};
use event_store::{Changes, Decision, Record, Request, Stream};
use projectors::{heal, restore};
use serde_json::json;
use uuid::Uuid;

use crate::{
    accounts::{erase, told},
    archive::flush,
    replay::{differing, replay},
    shop::{Shop, context, price},
};

/// What nobody else is called.
const NAME: &str = "annabel";

/// A buyer and a seller, and what the seller sells.
struct Trade {
    anna: UserId,
    bert: UserId,
    product: ProductId,
}

async fn trade(shop: &Shop) -> Trade {
    let (anna, bert) = (shop.seller(NAME).await, shop.seller("bert").await);
    Trade { anna, bert, product: shop.product(bert, 100).await }
}

impl Trade {
    /// Orders something to an address that names the buyer, in this partition.
    async fn order_in(&self, shop: &Shop, partition: u8) -> OrderId {
        let id = OrderId::from(Partition::new(partition).unwrap().adopt(Uuid::now_v7()));
        let offer = Offer { seller: self.bert, name: "Lantern".to_owned().try_into().unwrap(), price: price(339) };
        let place = order::Command::Place {
            buyer: self.anna,
            lines: vec![Wanted { product: self.product, quantity: 1, offer: Some(offer) }],
            charges: Charges::default(),
            expected_total: None,
            address: true,
        };
        let ship_to =
            json!({ "name": "Annabel Berg", "lines": ["Lange Straße 7"], "city": "Rostock", "country": "DE" });
        let private = Record::from([("ship_to", ship_to.to_string())]);
        let request = Request::new(context(), [Stream::of::<Order>(id)]);
        let placing = shop.store.commit(request, move |states| {
            let events = states.get::<Order>(id).decide(place.clone()).unwrap();
            Decision::new(Changes::none().and::<Order>(id, events).and_private::<Order>(id, private.clone()), ())
        });
        placing.await.unwrap();
        id
    }

    async fn order(&self, shop: &Shop) -> OrderId {
        self.order_in(shop, 0xb).await
    }
}

pub(crate) async fn write(shop: &Shop, order: OrderId, author: UserId, party: Party, text: &'static str) {
    let request = Request::new(context(), [Stream::of::<Conversation>(order)]);
    let posting = shop.store.commit(request, move |states| {
        let conversation = states.get::<Conversation>(order);
        let private = Record::from([(&*(conversation.posted() + 1).to_string(), text.to_owned())]);
        let events = conversation.decide(message::Command::Post { author, party }).unwrap();
        let changes = Changes::none().and::<Conversation>(order, events);
        Decision::new(changes.and_private::<Conversation>(order, private), ())
    });
    posting.await.unwrap();
}

/// The texts of an order, as the rows have them.
async fn texts(shop: &Shop, order: OrderId) -> Vec<Option<String>> {
    let texts = sqlx::query_scalar("select text from orders.messages where order_id = $1 order by number");
    texts.bind(Uuid::from(order)).fetch_all(&mut shop.sql().await).await.unwrap()
}

/// What Redis has of an order's people.
async fn kept(shop: &Shop, order: OrderId) -> Vec<Record> {
    let mut kept = shop.store.private(Order::CATEGORY, &[order.into()]).await.unwrap();
    kept.extend(shop.store.private(Conversation::CATEGORY, &[order.into()]).await.unwrap());
    kept
}

#[tokio::test]
async fn addresses_and_texts_are_copied_and_gone_with_their_user_in_every_partition() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let trade = trade(&shop).await;
    let mut orders = Vec::new();
    for partition in 0..16 {
        orders.push(trade.order_in(&shop, partition).await);
    }
    for order in &orders {
        write(&shop, *order, trade.anna, Party::Buyer, "Yours, Annabel").await;
        write(&shop, *order, trade.bert, Party::Seller, "It is on its way\n<b>soon</b>").await;
        write(&shop, *order, trade.anna, Party::Buyer, "Annabel again").await;
    }
    shop.at_rest().await;
    let somewhere = told(&shop, NAME).await;
    for table in ["orders_g1.addresses", "orders_g1.messages", "records.private"] {
        assert!(somewhere.iter().any(|told| told == table), "{table} of {somewhere:?}");
    }
    assert_eq!(shop.count("select count(*) from records.private where category in ('order', 'message')").await, 32);
    shop.verify().await;

    erase(&shop, trade.anna).await;
    shop.at_rest().await;

    assert_eq!(told(&shop, NAME).await, Vec::<String>::new());
    for order in &orders {
        assert_eq!(texts(&shop, *order).await, [None, Some("It is on its way\n<b>soon</b>".to_owned()), None]);
        let kept = kept(&shop, *order).await;
        assert_eq!((&kept[0], kept[1].get("1"), kept[1].get("3")), (&Record::default(), Some(""), Some("")));
    }
    assert_eq!(shop.count("select count(*) from orders.addresses where ship_to is null").await, 16);
    shop.verify().await;
    replay(&shop, "orders").await.unwrap();
    assert_eq!(differing(&shop, "orders_g1", "orders_g2").await, Vec::<String>::new());
    running.stop().await;
}

#[tokio::test]
async fn what_comes_before_and_what_comes_after_an_erasure_is_found_whoever_is_first() {
    let shop = Shop::open().await;
    let trade = trade(&shop).await;
    let before = trade.order(&shop).await;
    write(&shop, before, trade.anna, Party::Buyer, "Yours, Annabel").await;
    erase(&shop, trade.anna).await;
    // As if command-api had let them in a moment ago.
    let after = trade.order(&shop).await;
    write(&shop, after, trade.anna, Party::Buyer, "Annabel again").await;

    let running = shop.consume();
    shop.at_rest().await;
    assert_eq!(told(&shop, NAME).await, Vec::<String>::new());
    // Somebody who is long gone.
    write(&shop, after, trade.anna, Party::Buyer, "Annabel once more").await;
    shop.at_rest().await;
    assert_eq!(told(&shop, NAME).await, Vec::<String>::new());
    assert_eq!(texts(&shop, after).await, [None, None]);
    shop.verify().await;
    running.stop().await;
}

#[tokio::test]
async fn forgetting_again_changes_nothing() {
    let shop = Shop::open().await;
    let running = shop.consume();
    let trade = trade(&shop).await;
    let order = trade.order(&shop).await;
    write(&shop, order, trade.anna, Party::Buyer, "Yours, Annabel").await;
    erase(&shop, trade.anna).await;
    shop.at_rest().await;
    running.stop().await;
    shop.run_sql("update privacy.positions set position = 0, last_event = null").await;

    let running = shop.consume();
    shop.at_rest().await;

    let forgotten =
        "select count(*) from archive.events where type in ('order.address_forgotten', 'message.forgotten')";
    assert_eq!(shop.count(forgotten).await, 2);
    running.stop().await;
}

/// Makes the archive what it was before the last event of a category in a partition.
async fn set_back(shop: &Shop, category: &str, partition: i16) {
    let mut sql = shop.sql().await;
    for statement in [
        "update archive.aggregates a set version = e.version - 1 from archive.events e, archive.positions p
         where p.consumer = 'archive' and p.category = $1 and p.partition = $2 and e.category = $1 and e.partition = $2
           and e.position = p.position and a.category = $1 and a.id = e.id",
        "delete from archive.events e using archive.positions p
         where p.consumer = 'archive' and p.category = $1 and p.partition = $2 and e.category = $1 and e.partition = $2
           and e.position = p.position",
        "update archive.positions p set position = e.position, last_event = e.id || ':' || e.version || ':' || e.command
         from archive.events e
         where p.consumer = 'archive' and p.category = $1 and p.partition = $2 and e.category = $1 and e.partition = $2
           and e.position = p.position - 1",
    ] {
        let done = sqlx::query(statement).bind(category).bind(partition).execute(&mut sql).await.unwrap();
        assert_eq!(done.rows_affected(), 1, "{statement}");
    }
}

#[tokio::test]
async fn what_a_restored_log_has_again_is_forgotten_again() {
    let mut shop = Shop::open().await;
    let running = shop.consume();
    let trade = trade(&shop).await;
    let order = trade.order(&shop).await;
    write(&shop, order, trade.anna, Party::Buyer, "Yours, Annabel").await;
    shop.at_rest().await;
    let mut sql = shop.sql().await;
    let copies = "create table copies as select * from records.private where category in ('order', 'message')";
    sqlx::query(copies).execute(&mut sql).await.unwrap();
    erase(&shop, trade.anna).await;
    shop.at_rest().await;
    running.stop().await;
    // The archive had come to the erasure, and not to what followed from it.
    for category in ["order", "message"] {
        set_back(&shop, category, 0xb).await;
    }
    sqlx::query(
        "insert into records.private select * from copies on conflict (category, id) do update set fields = excluded.fields",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    sqlx::query("drop table copies").execute(&mut sql).await.unwrap();
    flush(&mut shop).await;

    restore(&shop.store, &shop.database).await.unwrap();
    assert!(kept(&shop, order).await[0].get("ship_to").is_some(), "it is there again");
    heal(&shop.store, &shop.database, None).await.unwrap();
    let running = shop.consume();
    shop.at_rest().await;

    let kept = kept(&shop, order).await;
    assert_eq!((&kept[0], kept[1].get("1")), (&Record::default(), Some("")));
    assert_eq!(told(&shop, NAME).await, Vec::<String>::new());
    shop.verify().await;
    running.stop().await;
}
