//! Searching finds what a person means, in the catalogue of a real shop.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::actors::Anonymous;
use crate::rows::{Goods, at};
use crate::shop::{Shop, shop};

const NAMES: &str = include_str!("names.txt");

async fn gift_shop() -> Shop {
    let (shop, seller) = (shop().await, Uuid::now_v7());
    for (second, name) in (0..).zip(NAMES.lines().filter(|line| !line.starts_with('#'))) {
        Goods { name: name.to_owned(), listed_at: at(second), ..Goods::of(seller) }.list(&shop.rows).await;
    }
    shop
}

/// The parameter of a search, every byte of it escaped.
fn q(typed: &str) -> String {
    typed.bytes().fold("q=".to_owned(), |query, byte| format!("{query}%{byte:02X}"))
}

async fn found(shop: &Shop, typed: &str) -> Vec<String> {
    shop.get(&Anonymous, &format!("/api/products?limit=100&{}", q(typed))).await.each("name")
}

#[tokio::test]
async fn a_search_with_one_letter_wrong_finds_what_a_person_means() {
    let shop = gift_shop().await;
    for (typed, meant) in [
        // Wrong, missing, too many, swapped; at the beginning, in the middle, at the end.
        ("lantarn", "WHITE METAL LANTERN"),
        ("lanten", "WHITE METAL LANTERN"),
        ("lanttern", "WHITE METAL LANTERN"),
        ("lanetrn", "WHITE METAL LANTERN"),
        ("kantern", "WHITE METAL LANTERN"),
        ("antern", "WHITE METAL LANTERN"),
        ("lanterm", "WHITE METAL LANTERN"),
        ("ivroy", "IVORY KNITTED MUG COSY"),
        ("white hanging hart holder", "WHITE HANGING HEART T-LIGHT HOLDER"),
        ("chrismas paper chain", "PAPER CHAIN KIT 50'S CHRISTMAS"),
        ("alarm clok", "ALARM CLOCK BAKELIKE PINK"),
        ("popys playhouse", "POPPY'S PLAYHOUSE KITCHEN"),
        ("jigsaw puzzels", "VINTAGE SEASIDE JIGSAW PUZZLES"),
        ("TEASPOOONS", "BOX OF 6 ASSORTED COLOUR TEASPOONS"),
        ("knited hot watter botle", "KNITTED UNION FLAG HOT WATER BOTTLE"),
        ("pink pasley", "JUMBO BAG PINK VINTAGE PAISLEY"),
        ("wite metel latern", "WHITE METAL LANTERN"),
    ] {
        let found = found(&shop, typed).await;
        assert!(found.iter().take(10).any(|name| name == meant), "{typed} finds {found:?}");
    }
}

/// Every way to get one letter of a word wrong that a keyboard and a hurry suggest.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut slips = Vec::new();
    for at in 0..letters.len() {
        let edit = |change: &dyn Fn(&mut Vec<char>)| {
            let mut letters = letters.clone();
            change(&mut letters);
            letters.into_iter().collect::<String>()
        };
        slips.push(edit(&|letters| letters[at] = 'Q'));
        slips.push(edit(&|letters| letters.truncate(at)) + &word[at + 1..]);
        slips.push(edit(&|letters| letters.insert(at, letters[at])));
        if at > 0 {
            slips.push(edit(&|letters| letters.swap(at - 1, at)));
        }
    }
    slips
}

#[tokio::test]
async fn every_slip_in_a_word_still_finds_it() {
    let shop = gift_shop().await;
    for (word, product) in [("LANTERN", "WHITE METAL LANTERN"), ("CLOCK", "ALARM CLOCK BAKELIKE RED")] {
        for slip in slips(word) {
            let found = found(&shop, &slip).await;
            assert!(found.iter().any(|name| name == product), "{slip} finds {found:?}");
        }
    }
}

#[tokio::test]
async fn what_is_spelt_right_finds_nothing_else() {
    let shop = gift_shop().await;
    for word in ["CAKE", "HEART", "BAG", "CHAIN", "POLKADOT"] {
        let begins = |name: &str| name.split(|c: char| !c.is_alphanumeric()).any(|part| part.starts_with(word));
        let expected: BTreeSet<_> = NAMES.lines().filter(|name| !name.starts_with('#') && begins(name)).collect();
        let found = found(&shop, &word.to_lowercase()).await;
        assert_eq!(found.iter().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{word}");
    }
}

#[tokio::test]
async fn the_word_itself_comes_before_what_begins_with_it() {
    let (shop, seller) = (shop().await, Uuid::now_v7());
    for (second, name) in (0..).zip(["Tea", "Teapot", "Teaspoon"]) {
        Goods { name: name.to_owned(), listed_at: at(second), ..Goods::of(seller) }.list(&shop.rows).await;
    }
    let description = Some("Goes with tea.");
    Goods { name: "Biscuit".to_owned(), description, listed_at: at(9), ..Goods::of(seller) }.list(&shop.rows).await;
    assert_eq!(found(&shop, "tea").await, ["Tea", "Teaspoon", "Teapot", "Biscuit"]);
}

#[tokio::test]
async fn words_are_taken_apart_alike_in_a_name_and_in_a_search() {
    let (shop, seller) = (shop().await, Uuid::now_v7());
    let long = "x".repeat(100);
    for name in [
        "Crème brûlée",
        "Children's T-light",
        "Straße",
        "茶壶",
        "Лампа",
        "चाय की केतली",
        "ｗｉｄｅ ﬁsh",
        "№ 5",
        "Tee+Kanne",
        &long,
    ] {
        let id = Goods { name: name.to_owned(), ..Goods::of(seller) }.list(&shop.rows).await;
        let found = shop.get(&Anonymous, &format!("/api/products?{}", q(name))).await.each("id");
        assert_eq!(found, [id.to_string()], "{name}");
    }
}

#[tokio::test]
async fn nothing_that_is_typed_is_anything_but_words() {
    let shop = gift_shop().await;
    for typed in ["'", "\\", "!mug", "mug|lantern", "a:*b", "~antern", "((", "' | 'mug", "<->", "&&", "100%"] {
        let query = q(typed);
        assert_eq!(shop.get(&Anonymous, &format!("/api/products?{query}")).await.status, 200, "{typed}");
        assert_eq!(shop.get(&Anonymous, &format!("/api/categories?{query}")).await.status, 200, "{typed}");
    }
}

#[tokio::test]
async fn pages_agree_on_how_a_word_was_meant() {
    let (shop, seller) = (shop().await, Uuid::now_v7());
    for _ in 0..3 {
        Goods { name: "Lantern".to_owned(), ..Goods::of(seller) }.list(&shop.rows).await;
    }
    let first = shop.get(&Anonymous, "/api/products?q=lantarn&limit=1").await.ok();
    // Now the word is one.
    Goods { name: "Lantarn".to_owned(), ..Goods::of(seller) }.list(&shop.rows).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = shop.get(&Anonymous, &format!("/api/products?q=lantarn&cursor={cursor}")).await.each("name");
    assert_eq!(rest.iter().filter(|name| *name == "Lantern").count(), 2);
    assert_eq!(found(&shop, "lantarn").await, ["Lantarn"]);
}

#[tokio::test]
async fn short_words_may_be_misspelt_too() {
    let shop = gift_shop().await;
    assert!(found(&shop, "mog").await.iter().any(|name| name == "SAVE THE PLANET MUG"));
    assert!(found(&shop, "te").await.iter().all(|name| name.contains("TE")), "two letters are as they are");
}
