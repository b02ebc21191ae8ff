//! A buyer and two sellers talk about an order, and nobody else learns of it.

use serde_json::{Value, json};

use crate::{
    actions::id_of,
    customer::{Customer, basket},
    ear::Ear,
    running::Shop,
    services::Apart,
};

const MARKUP: &str = "<img src=x onerror=alert(1)>";
const TALK: [&str; 2] = ["message", "typing"];

/// Those who are in an order, and those who are not: another buyer, another seller.
struct People {
    buyer: Customer,
    ann: Customer,
    bob: Customer,
    strangers: [Customer; 2],
    /// Of Ann and of Bob.
    products: [String; 2],
    order: String,
}

impl People {
    async fn of([buyer, ann, bob, fred, gina]: [Customer; 5]) -> Self {
        let products = [ann.sell("Ann's lanterns", 10).await, bob.sell("Bob's lamps", 10).await];
        gina.sell("Gina's candles", 10).await;
        let lines = products.each_ref().map(|product| basket(product, 1)["lines"][0].clone());
        let placed = buyer.post("/api/orders", json!({ "lines": lines })).await.json::<Value>().await.unwrap();
        let order = placed["id"].as_str().unwrap().to_owned();
        assert_eq!(buyer.decision(&order).await, "confirmed");
        Self { buyer, ann, bob, strangers: [fred, gina], products, order }
    }

    /// What somebody hears next of the talk is this message.
    async fn hears(&self, ear: &mut Ear, party: &str, text: &str) {
        let heard = ear.next(&TALK).await.unwrap();
        assert_eq!((heard.event.as_str(), heard.has_id), ("message", true), "{heard:?}");
        assert_eq!(heard.data["id"], self.order.as_str());
        assert_eq!((&heard.data["party"], &heard.data["text"]), (&json!(party), &json!(text)));
    }

    async fn type_about(&self, author: &Customer) {
        let told = author.post(&format!("/api/orders/{}/typing", self.order), json!({})).await;
        assert_eq!(told.status(), 204);
    }

    /// Whoever is not in the order is refused as if there were none.
    async fn refuse_strangers(&self) {
        let [messages, typing] = ["messages", "typing"].map(|what| format!("/api/orders/{}/{what}", self.order));
        for stranger in &self.strangers {
            assert_eq!(stranger.get(&messages).await.status(), 404);
            assert_eq!(stranger.post(&messages, json!({ "text": "Hello" })).await.status(), 404);
            assert_eq!(stranger.post(&typing, json!({})).await.status(), 404);
        }
    }

    async fn talk(&self) {
        let Self { buyer, ann, bob, strangers, products, order } = self;
        let [mut buyers, mut anns, mut bobs] =
            [Ear::open(buyer, None).await, Ear::open(ann, None).await, Ear::open(bob, None).await];
        let mut deaf = [Ear::open(&strangers[0], None).await, Ear::open(&strangers[1], None).await];

        buyer.write(order, MARKUP).await;
        self.hears(&mut anns, "buyer", MARKUP).await;
        self.hears(&mut bobs, "buyer", MARKUP).await;
        // On whatever else they have open.
        self.hears(&mut buyers, "buyer", MARKUP).await;

        let typing = [
            (ann, json!({ "id": order, "party": "seller", "seller_id": id_of(ann).await })),
            (buyer, json!({ "id": order, "party": "buyer", "seller_id": null })),
        ];
        for (author, told) in typing {
            self.type_about(author).await;
            let others = if std::ptr::eq(author, ann) { [&mut buyers, &mut bobs] } else { [&mut anns, &mut bobs] };
            for ear in others {
                let heard = ear.next(&TALK).await.unwrap();
                assert_eq!((heard.event.as_str(), heard.has_id, heard.data), ("typing", false, told.clone()));
            }
        }
        self.refuse_strangers().await;

        // Bob is away for a while.
        let last = bobs.id.clone();
        drop(bobs);
        ann.write(order, "Tomorrow").await;
        buyer.write(order, "Thank you").await;
        for ear in [&mut buyers, &mut anns] {
            self.hears(ear, "seller", "Tomorrow").await;
            self.hears(ear, "buyer", "Thank you").await;
        }
        let mut bobs = Ear::open(bob, Some(&last)).await;
        self.hears(&mut bobs, "seller", "Tomorrow").await;
        self.hears(&mut bobs, "buyer", "Thank you").await;
        bob.write(order, "Goodbye").await;
        self.hears(&mut bobs, "seller", "Goodbye").await;

        // What everybody hears of is all that strangers do.
        let emptied = json!({ "delta": -9, "reason": "Broken" });
        assert_eq!(ann.post(&format!("/api/inventory/{}/adjustments", products[0]), emptied).await.status(), 200);
        for ear in &mut deaf {
            let mut heard = ear.next(&["message", "typing", "order", "stock"]).await.unwrap();
            while heard.data["product_id"] != products[0].as_str() {
                assert_eq!(heard.event, "stock", "{heard:?}");
                heard = ear.next(&["message", "typing", "order", "stock"]).await.unwrap();
            }
        }
        self.reads_the_same(&[MARKUP, "Tomorrow", "Thank you", "Goodbye"]).await;
    }

    /// What was told is what is there to read.
    async fn reads_the_same(&self, texts: &[&str]) {
        let page = self.ann.get_json(&format!("/api/orders/{}/messages", self.order)).await;
        let items = page["items"].as_array().unwrap().iter().rev();
        assert_eq!(items.map(|item| item["text"].as_str().unwrap()).collect::<Vec<_>>(), texts);
    }
}

/// Who they are.
pub(crate) const NAMES: [&str; 5] = ["carol", "ann", "bob", "fred", "gina"];

/// They talk, and hear what they should.
pub(crate) async fn talk(people: Vec<Customer>) {
    People::of(people.try_into().unwrap_or_else(|_| unreachable!("there are five"))).await.talk().await;
}

#[tokio::test]
async fn everybody_in_an_order_hears_messages_and_typing_and_a_stranger_neither() {
    let mut shop = Shop::open();
    let people = futures_util::future::join_all(NAMES.map(|name| shop.customer(name))).await;
    talk(people).await;
    shop.verify().await;
    shop.stop();
}

#[tokio::test]
async fn everybody_in_an_order_hears_messages_and_typing_of_other_processes() {
    let shop = Apart::open(&[("MILLRACE_RATE_LIMITS", "off"), ("MILLRACE_DEMO", "true")]).await;
    let people = futures_util::future::join_all(NAMES.map(|name| shop.customer(name))).await;
    talk(people).await;
}
