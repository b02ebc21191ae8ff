//! The story of an order that goes well, as its buyer hears it live.

use serde_json::{Value, json};

use crate::{actions::People, customer::Customer, ear::Ear, running::Shop};

async fn done(who: &Customer, order: &str, what: &str, body: Value) {
    let answer = who.post(&format!("/api/orders/{order}/{what}"), body).await;
    assert_eq!(answer.status(), 200, "{what}");
}

#[tokio::test]
async fn a_buyer_hears_each_step_of_an_order_once_and_in_order_though_the_connection_was_cut() {
    // The timer is as long as a test may wait, instead of 14 days.
    let mut shop = Shop::with(vec![("MILLRACE_DEMO", "true".to_owned()), ("MILLRACE_COMPLETE_AFTER", "1s".to_owned())]);
    let people = People::of(&shop).await;
    let (buyer, [anna, bob]) = (&people.buyer, &people.sellers);
    let mut ear = Ear::open(buyer, None).await;

    let order = people.place(1).await;
    let mut steps = ear.steps_until(&order, "confirmed").await;
    done(buyer, &order, "payment", json!({ "method_token": "tok_approve" })).await;
    steps.extend(ear.steps_until(&order, "paid").await);
    // Cut while things go on.
    let last = ear.id.clone();
    drop(ear);
    done(anna, &order, "shipments", json!({ "tracking": "PARCEL-1" })).await;
    done(bob, &order, "shipments", json!({})).await;
    done(bob, &order, "delivery", json!({})).await;
    let mut ear = Ear::open(buyer, Some(&last)).await;
    steps.extend(ear.steps_until(&order, "shipped").await);
    done(anna, &order, "delivery", json!({})).await;
    steps.extend(ear.steps_until(&order, "completed").await);

    let versions: Vec<_> = steps.iter().map(|step| step["version"].as_i64().unwrap()).collect();
    let told: Vec<_> =
        steps.iter().map(|step| (step["type"].as_str().unwrap(), step["status"].as_str().unwrap())).collect();
    let story = [
        ("order.placed", "pending"),
        ("order.confirmed", "confirmed"),
        ("order.payment_started", "confirmed"),
        ("order.paid", "paid"),
        ("order.shipped", "partly_shipped"),
        ("order.shipped", "shipped"),
        ("order.delivered", "shipped"),
        ("order.delivered", "delivered"),
        ("order.completed", "completed"),
    ];
    assert_eq!(told, story);
    assert_eq!(versions, (1..=9).collect::<Vec<_>>());
    let shown = buyer.get_json(&format!("/api/orders/{order}")).await;
    assert_eq!((&shown["status"], &shown["version"]), (&json!("completed"), &json!(9)));
    shop.verify().await;
    shop.stop();
}
