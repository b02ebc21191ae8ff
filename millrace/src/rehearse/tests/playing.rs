//! Rehearsals in a shop that misbehaves.

use std::{process::ExitCode, time::Duration};

use clap::Parser;

use super::fake_shop::{FakeShop, Mischief};
use crate::rehearse::{Args, Plan, Report, Selection, Settings, rehearse, run};

/// Three orders for two products, 20 and 2 units in all, and a return.
const HISTORY: &str = "\
invoice,stock_code,description,quantity,invoiced_at,unit_price,customer,country
1,A,LANTERN,12,2010-12-01T08:26:00Z,2.55,17850,United Kingdom
1,B,HANGER,1,2010-12-01T08:26:00Z,3.39,17850,United Kingdom
2,A,LANTERN,6,2010-12-01T08:28:00Z,2.55,13047,France
3,A,LANTERN,2,2010-12-01T08:34:00Z,2.55,13047,France
3,B,HANGER,1,2010-12-01T08:34:00Z,3.39,13047,France
C4,A,LANTERN,-5,2010-12-01T08:36:00Z,2.55,13047,France
";

fn settings(shop: &FakeShop, stock_percent: u32) -> Settings {
    Settings {
        url: format!("http://{}", shop.address).parse().unwrap(),
        buyers: 1,
        stock_percent,
        patience: Duration::from_secs(20),
        settle: Duration::ZERO,
        show_progress: false,
    }
}

async fn rehearse_in(shop: &FakeShop, stock_percent: u32) -> Report {
    let plan = Plan::read(HISTORY.as_bytes(), &Selection::default()).unwrap();
    // A crash test runs it beside what it does to the shop, so it has to be a task of its own.
    tokio::spawn(rehearse(plan, settings(shop, stock_percent))).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_honest_shop_reconciles() {
    let shop = FakeShop::open(Mischief::None).await;
    let report = rehearse_in(&shop, 100).await;
    assert_eq!(report.differences, Vec::<String>::new());
    assert_eq!((report.confirmed.len(), report.rejected.len(), report.retried), (3, 0, 0));
    assert_eq!(report.acknowledged, report.confirmed);
    assert_eq!(report.waits.len(), 3);
    assert_eq!((report.delivered, report.returned, report.unreturned), (3, 1, 0));
    assert_eq!((report.captured_pence, report.refunded_pence), (20 * 255 + 2 * 339, 5 * 255));
    assert_eq!(shop.proofs(), 2, "of the seller's address and the buyer's");
}

#[tokio::test]
async fn an_order_beyond_the_stock_is_rejected_and_still_reconciles() {
    let shop = FakeShop::open(Mischief::None).await;
    let report = rehearse_in(&shop, 95).await;
    assert!(report.reconciles(), "{report}");
    assert_eq!((report.confirmed.len(), report.rejected.len()), (2, 1));
}

#[tokio::test]
async fn many_buyers_place_every_order_once() {
    let shop = FakeShop::open(Mischief::None).await;
    let plan = Plan::read(HISTORY.as_bytes(), &Selection::default()).unwrap();
    let report = rehearse(plan, Settings { buyers: 8, ..settings(&shop, 100) }).await.unwrap();
    assert!(report.reconciles(), "{report}");
    assert_eq!(shop.order_keys().len(), 3);
}

#[tokio::test]
async fn a_busy_shop_is_asked_again_with_the_same_key() {
    let shop = FakeShop::open(Mischief::BusyOnce).await;
    let report = rehearse_in(&shop, 100).await;
    assert!(report.reconciles(), "{report}");
    assert_eq!(report.retried, 1);
    let keys = shop.order_keys();
    assert_eq!(keys.len(), 4);
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[1], keys[2]);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_with_the_same_key() {
    let shop = FakeShop::open(Mischief::LosesAnAnswer).await;
    let report = rehearse_in(&shop, 100).await;
    assert!(report.reconciles(), "{report}");
    assert_eq!((report.acknowledged.len(), report.retried), (3, 1));
    let keys = shop.order_keys();
    assert_eq!(keys[0], keys[1]);
}

#[tokio::test]
async fn a_dead_session_is_renewed() {
    let shop = FakeShop::open(Mischief::EndsASession).await;
    let report = rehearse_in(&shop, 100).await;
    assert!(report.reconciles(), "{report}");
    assert_eq!(shop.renewals(), 1);
}

/// The same without the return, which would bring back what was never there.
fn sales() -> String {
    HISTORY.lines().filter(|line| !line.starts_with('C')).fold(String::new(), |sales, line| sales + line + "\n")
}

#[tokio::test]
async fn a_shop_that_oversells_is_told_apart() {
    let shop = FakeShop::open(Mischief::Oversells).await;
    let plan = Plan::read(sales().as_bytes(), &Selection::default()).unwrap();
    let report = rehearse(plan, settings(&shop, 95)).await.unwrap();
    assert_eq!(report.differences.len(), 1, "{report}");
    assert!(report.differences[0].contains("-1 on hand"), "{report}");
}

#[tokio::test]
async fn a_shop_that_overcharges_is_told_apart() {
    let shop = FakeShop::open(Mischief::Overcharges).await;
    let report = rehearse_in(&shop, 100).await;
    assert!(!report.reconciles());
    assert!(report.differences[0].starts_with("order 1: costs 34.00 GBP instead of 33.99 GBP"), "{report}");
}

#[tokio::test]
async fn a_shop_that_keeps_some_of_the_money_is_told_apart() {
    let shop = FakeShop::open(Mischief::KeepsAPenny).await;
    let report = rehearse_in(&shop, 100).await;
    let difference = "order 2: 15.30 GBP were taken and 12.74 GBP went back, instead of 15.30 GBP and 12.75 GBP";
    assert_eq!(report.differences, [difference]);
}

#[tokio::test]
async fn a_shop_that_loses_what_came_back_is_told_apart() {
    let shop = FakeShop::open(Mischief::LosesReturns).await;
    let report = rehearse_in(&shop, 100).await;
    assert_eq!(report.differences.len(), 1, "{report}");
    assert!(report.differences[0].ends_with("20 received, 20 sent and 5 back, but 0 on hand"), "{report}");
}

#[tokio::test]
async fn nothing_comes_back_of_an_order_that_was_rejected() {
    let shop = FakeShop::open(Mischief::None).await;
    let history = HISTORY.replace("2,A,LANTERN,6", "2,A,LANTERN,16").replace("1,A,LANTERN,12", "1,A,LANTERN,19");
    let plan = Plan::read(history.as_bytes(), &Selection::default()).unwrap();
    let report = rehearse(plan, settings(&shop, 60)).await.unwrap();
    assert!(report.reconciles(), "{report}");
    assert_eq!((report.rejected.len(), report.returned, report.unreturned), (1, 0, 1));
}

#[tokio::test]
async fn a_shop_that_never_decides_is_not_asked_for_more() {
    let shop = FakeShop::open(Mischief::NeverDecides).await;
    let plan = Plan::read(HISTORY.as_bytes(), &Selection::default()).unwrap();
    let hasty = Settings { patience: Duration::from_millis(200), ..settings(&shop, 100) };
    let report = rehearse(plan, hasty).await.unwrap();
    assert_eq!((report.acknowledged.len(), report.undecided.len()), (1, 1), "{report}");
    assert!(!report.reconciles());
    assert!(report.differences.contains(&"2 orders were not placed any more".to_owned()), "{report}");
}

#[tokio::test]
async fn says_where_it_looked_for_a_shop() {
    let shop = FakeShop::open(Mischief::None).await;
    let plan = Plan::read(HISTORY.as_bytes(), &Selection::default()).unwrap();
    let settings = Settings { url: "http://127.0.0.1:1".parse().unwrap(), ..settings(&shop, 100) };
    let refused = rehearse(plan, settings).await.unwrap_err().to_string();
    assert!(refused.starts_with("no shop answers at http://127.0.0.1:1/"), "{refused}");
}

#[derive(Parser)]
struct CommandLine {
    #[command(flatten)]
    args: Args,
}

async fn exit_code(shop: &FakeShop, history: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, history).unwrap();
    let url = format!("http://{}", shop.address);
    let words = ["rehearse", path.to_str().unwrap(), "--url", &url, "--settle", "0"];
    format!("{:?}", run(CommandLine::parse_from(words).args).await.unwrap())
}

#[tokio::test]
async fn the_exit_code_tells_how_it_went() {
    let honest = FakeShop::open(Mischief::None).await;
    let oversold = FakeShop::open(Mischief::Oversells).await;
    assert_eq!(exit_code(&honest, HISTORY).await, format!("{:?}", ExitCode::SUCCESS));
    assert_eq!(exit_code(&oversold, &sales()).await, format!("{:?}", ExitCode::FAILURE));
    assert_eq!(exit_code(&honest, "not,a,history\n").await, format!("{:?}", ExitCode::from(2)));
}
