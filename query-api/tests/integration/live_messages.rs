//! Messages on open connections: who hears them, and that none is lost or told twice.

use query_api::settings::Live;
use serde_json::json;

use crate::actors::{Actor, Admin, Anonymous, Buyer, Seller, Support};
use crate::ear::{Ear, Heard, notify, process};
use crate::orders::{Sale, sale};
use crate::rows::{Goods, open_shop, receive, write};

const MARKUP: &str = "<img src=x onerror=alert(1)>\nand \"more\"";

impl Sale {
    /// Says something, in the name of the buyer or else of the first seller.
    async fn say(&self, number: i64, party: &str, text: Option<&str>) {
        let author = if party == "buyer" { self.buyer.0 } else { self.ann.0 };
        write(&self.shop.rows, self.order, number, author, party, text).await;
        notify(&self.shop.rows, "orders").await;
    }

    /// The event that tells of a message.
    fn told(&self, number: i64, party: &str, own: bool, text: Option<&str>) -> Heard {
        let (seller, shop) = if party == "buyer" { (None, None) } else { (Some(self.ann.0), Some("Ann's teas")) };
        let data = json!({
            "id": self.order, "number": number, "party": party, "own": own, "seller_id": seller, "shop_name": shop,
            "text": text, "at": format!("2026-11-02T09:00:0{number}Z"),
        });
        Heard { event: "message".to_owned(), data }
    }
}

#[tokio::test]
async fn a_message_is_told_to_whoever_reads_it_as_it_was_written_and_to_nobody_else() {
    let sale = sale("confirmed").await;
    open_shop(&sale.shop.rows, sale.ann.0, "Ann's teas").await;
    let readers: [&dyn Actor; 4] = [&sale.buyer, &sale.ann, &sale.bob, &Admin::new()];
    let strangers: [&dyn Actor; 4] = [&Buyer::new(), &Seller::new(), &Support::new(), &Anonymous];
    let (mut ears, mut deaf) = (Vec::new(), Vec::new());
    for actor in readers {
        ears.push(Ear::on(&sale.shop.service, &actor).await);
    }
    for actor in strangers {
        deaf.push(Ear::on(&sale.shop.service, &actor).await);
    }

    sale.say(1, "buyer", Some(MARKUP)).await;
    sale.say(2, "seller", Some("Tomorrow")).await;

    for (number, ear) in ears.iter_mut().enumerate() {
        assert_eq!(ear.next().await.unwrap(), sale.told(1, "buyer", number == 0, Some(MARKUP)));
        assert_eq!(ear.next().await.unwrap(), sale.told(2, "seller", number == 1, Some("Tomorrow")));
    }
    // What everybody hears of comes next to whoever heard of nothing.
    let product = Goods { stock: (0, 0), ..Goods::of(sale.ann.0) }.list(&sale.shop.rows).await;
    receive(&sale.shop.rows, product, 3, 9, 9).await;
    notify(&sale.shop.rows, "inventory").await;
    for ear in &mut deaf {
        assert_eq!(ear.next().await.unwrap().event, "stock");
    }
}

#[tokio::test]
async fn who_was_cut_hears_the_messages_of_meanwhile_once_though_a_text_is_forgotten() {
    let sale = sale("confirmed").await;
    open_shop(&sale.shop.rows, sale.ann.0, "Ann's teas").await;
    let mut cut = Ear::on(&sale.shop.service, &sale.bob).await;
    sale.say(1, "buyer", Some("Hello")).await;
    assert_eq!(cut.next().await.unwrap(), sale.told(1, "buyer", false, Some("Hello")));
    let last = cut.id.clone();
    drop(cut);
    sale.say(2, "seller", None).await;
    sale.say(3, "buyer", Some("Thank you")).await;

    let (service, ..) = process(&sale.shop, Live::default());
    let mut back = Ear::open(&service, &sale.bob, "/api/live", Some(&last)).await;

    assert_eq!(back.next().await.unwrap(), sale.told(2, "seller", false, None));
    assert_eq!(back.next().await.unwrap(), sale.told(3, "buyer", false, Some("Thank you")));
    let again = back.id.clone();
    sale.say(4, "seller", Some("Goodbye")).await;
    assert_eq!(back.next().await.unwrap().data["number"], 4);
    let mut back = Ear::open(&service, &sale.bob, "/api/live", Some(&again)).await;
    assert_eq!(back.hear(1, "text").await, ["Goodbye"]);
}
