//! Lists stay whole while rows arrive.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use uuid::Uuid;

use crate::actors::{Actor, Anonymous, Buyer, Seller};
use crate::rows::{Goods, Line, at, place, receive};
use crate::shop::{Shop, shop};

/// All ids of a list, page by page; something happens between two pages.
async fn walk(shop: &Shop, actor: &impl Actor, path: &str, member: &str, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        let body = shop.get(actor, &format!("{path}{cursor}")).await.ok();
        seen.extend(body["items"].as_array().unwrap().iter().map(|item| item[member].to_string()));
        match body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
        between(page).await;
    }
    seen
}

fn distinct(seen: &[String]) -> usize {
    seen.iter().collect::<HashSet<_>>().len()
}

async fn stays_whole(sort: &str) {
    let shop = shop().await;
    let seller = Uuid::now_v7();
    // Every key three times or more, so that ids have to break the ties.
    let goods = |i: i64| Goods {
        name: format!("Teapot {}", "big ".repeat((i % 4) as usize).trim_end()).trim_end().to_owned(),
        description: (i % 2 == 0).then_some("A teapot."),
        price: 100 + i % 4,
        listed_at: at(i % 4),
        ..Goods::of(seller)
    };
    let (mut stay, mut leave) = (HashSet::new(), Vec::new());
    for i in 0..60 {
        let id = goods(i).list(&shop.rows).await;
        if i % 3 == 0 {
            leave.push(id);
        } else {
            stay.insert(format!("\"{id}\""));
        }
    }
    let done = AtomicBool::new(false);
    let write = async {
        let mut i = 0;
        // Not for ever: what is listed may come after what is read.
        while !done.load(Ordering::Relaxed) && i < 400 {
            goods(i).list(&shop.rows).await;
            if let Some(id) = leave.pop() {
                let archive = "update products_g1.products set status = 'archived' where id = $1";
                sqlx::query(archive).bind(id).execute(&shop.rows).await.unwrap();
            }
            i += 1;
        }
        assert!(i > 0, "nothing was listed meanwhile");
    };
    let read = async {
        // Misspelt as well, so that every page has to read the word as the first one did.
        for q in ["", "&q=teapot", "&q=taepot"] {
            let path = format!("/api/products?sort={sort}&limit=7{q}");
            let seen = walk(&shop, &Anonymous, &path, "id", nothing).await;
            assert_eq!(distinct(&seen), seen.len(), "a product came twice by {path}");
            let missed: Vec<_> = stay.iter().filter(|id| !seen.contains(id)).collect();
            assert!(missed.is_empty(), "{path} missed {missed:?}");
        }
        done.store(true, Ordering::Relaxed);
    };
    tokio::join!(write, read);
}

async fn nothing(_: usize) {}

#[tokio::test]
async fn newest_first_repeats_and_misses_nothing() {
    stays_whole("newest").await;
}

#[tokio::test]
async fn cheapest_first_repeats_and_misses_nothing() {
    stays_whole("price").await;
}

#[tokio::test]
async fn dearest_first_repeats_and_misses_nothing() {
    stays_whole("-price").await;
}

#[tokio::test]
async fn by_name_repeats_and_misses_nothing() {
    stays_whole("name").await;
}

#[tokio::test]
async fn best_first_repeats_and_misses_nothing() {
    stays_whole("relevance").await;
}

#[tokio::test]
async fn orders_repeat_and_miss_nothing() {
    let shop = shop().await;
    let (buyer, seller) = (Buyer::new(), Seller::new());
    let line = Line { product: Uuid::now_v7(), seller: seller.0, quantity: 1, unit_price: 1 };
    let new_order = async |second| {
        place(&shop.rows, buyer.0, "pending", at(second), &[line, Line { seller: Uuid::now_v7(), ..line }]).await;
    };
    for i in 0..9 {
        new_order(i % 3).await;
    }
    let newer = async |_| new_order(10).await;

    let bought = walk(&shop, &buyer, "/api/orders?limit=2", "id", newer).await;
    let sold = walk(&shop, &seller, "/api/seller/orders?limit=2", "id", newer).await;

    assert_eq!((bought.len(), distinct(&bought)), (9, 9));
    assert_eq!(distinct(&sold), sold.len());
    assert!(bought.iter().all(|id| sold.contains(id)));
}

#[tokio::test]
async fn other_lists_repeat_and_miss_nothing() {
    let shop = shop().await;
    let seller = Seller::new();
    let mut product = Uuid::nil();
    for (i, category) in (0..).zip(["cups", "pots", "spoons", "tea", "trays"]) {
        let goods = Goods { category: Some(category), listed_at: at(i / 2), ..Goods::of(seller.0) };
        product = goods.list(&shop.rows).await;
    }
    for version in 1..=5 {
        receive(&shop.rows, product, version, 1, version).await;
    }

    let categories = walk(&shop, &Anonymous, "/api/categories?limit=2", "name", nothing).await;
    assert_eq!(categories, ["\"cups\"", "\"pots\"", "\"spoons\"", "\"tea\"", "\"trays\""]);
    let own = walk(&shop, &seller, "/api/seller/products?limit=2", "id", nothing).await;
    assert_eq!((own.len(), distinct(&own)), (5, 5));
    let path = format!("/api/inventory/{product}/movements?limit=2");
    assert_eq!(walk(&shop, &seller, &path, "version", nothing).await, ["5", "4", "3", "2", "1"]);
}

#[tokio::test]
async fn a_bad_limit_or_cursor_is_named() {
    let shop = shop().await;
    let list = |query: &str| format!("/api/products?{query}");
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("limit=-1", "?limit"),
        ("limit=many", "?limit"),
        ("cursor=junk", "?cursor"),
        ("cursor=", "?cursor"),
        ("cursor=%00", "?cursor"),
    ] {
        assert_eq!(shop.get(&Anonymous, &list(query)).await.refused(), pointer, "{query}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_order_is_refused() {
    let shop = shop().await;
    for _ in 0..2 {
        Goods::of(Uuid::now_v7()).list(&shop.rows).await;
    }
    let page = shop.get(&Anonymous, "/api/products?sort=price&limit=1").await.ok();
    let cursor = page["next_cursor"].as_str().unwrap();

    let mixed = shop.get(&Anonymous, &format!("/api/products?sort=-price&cursor={cursor}")).await;

    assert_eq!(mixed.refused(), "?cursor");
}
