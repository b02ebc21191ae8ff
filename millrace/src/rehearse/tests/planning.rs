//! From rows to orders.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use time::macros::date;

use crate::rehearse::{Invalid, Plan, Selection, Step, Unusable};

const HEADER: &str = "invoice,stock_code,description,quantity,invoiced_at,unit_price,customer,country\n";

fn plan_of(rows: &str, selection: &Selection) -> Result<Plan, Unusable> {
    Plan::read(format!("{HEADER}{rows}").as_bytes(), selection)
}

fn plan(rows: &str) -> Plan {
    plan_of(rows, &Selection::default()).unwrap()
}

fn row(invoice: &str, code: &str, quantity: i64, day: u32, price: &str) -> String {
    format!("{invoice},{code},THING {code},{quantity},2010-12-{day:02}T08:26:00Z,{price},17850,United Kingdom\n")
}

fn invoices(plan: &Plan) -> Vec<&str> {
    plan.orders.iter().map(|order| order.invoice.as_str()).collect()
}

#[test]
fn a_product_is_one_code_at_one_price() {
    let plan = plan(&(row("1", "A", 2, 1, "2.55") + &row("1", "A", 3, 1, "2.10") + &row("2", "A", 4, 1, "2.55")));
    let products: Vec<_> = plan.products.iter().map(|p| (p.stock_code.as_str(), p.price_pence, p.demand)).collect();
    assert_eq!(products, [("A", 255, 6), ("A", 210, 3)]);
    assert_eq!(plan.orders[0].total_pence, 2 * 255 + 3 * 210);
}

#[test]
fn a_code_twice_in_an_invoice_is_one_line() {
    let plan = plan(&(row("1", "A", 2, 1, "2.55") + &row("1", "B", 1, 1, "1") + &row("1", "A", 3, 1, "2.55")));
    let quantities: Vec<_> = plan.orders[0].lines.iter().map(|line| line.quantity).collect();
    assert_eq!(quantities, [5, 1]);
}

#[test]
fn an_invoice_over_200_lines_becomes_several_orders() {
    let plan = plan(&(0..401).map(|code| row("7", &format!("C{code}"), 1, 1, "1.00")).collect::<String>());
    assert_eq!(invoices(&plan), ["7 (1 of 3)", "7 (2 of 3)", "7 (3 of 3)"]);
    assert_eq!(plan.orders.iter().map(|order| order.lines.len()).collect::<Vec<_>>(), [200, 200, 1]);
}

#[test]
fn orders_are_in_the_sequence_of_their_time() {
    let plan = plan(&(row("2", "A", 1, 2, "1") + &row("1", "A", 1, 1, "1") + &row("3", "A", 1, 2, "1")));
    assert_eq!(invoices(&plan), ["1", "2", "3"]);
}

#[test]
fn a_period_begins_with_its_first_day_and_ends_before_its_last() {
    let rows: String = (1..=4).map(|day| row(&day.to_string(), "A", 1, day, "1")).collect();
    let selection = Selection { from: Some(date!(2010 - 12 - 02)), until: Some(date!(2010 - 12 - 04)), limit: None };
    let plan = plan_of(&rows, &selection).unwrap();
    assert_eq!(invoices(&plan), ["2", "3"]);
    assert_eq!(plan.rows, 2);
}

#[test]
fn a_limit_leaves_out_products_that_nobody_orders_any_more() {
    let rows = row("1", "A", 1, 1, "1") + &row("2", "B", 1, 2, "1");
    let plan = plan_of(&rows, &Selection { limit: Some(1), ..Selection::default() }).unwrap();
    assert_eq!(invoices(&plan), ["1"]);
    assert_eq!(plan.products.len(), 1);
}

#[test]
fn counts_what_cannot_be_played_by_reason() {
    let plan = plan(
        &[
            row("1", "A", 1, 1, "1.00"),
            row("C2", "A", -2, 1, "1.00"),
            row("3", "A", 0, 1, "1.00"),
            row("3", "A", -1, 1, "1.00"),
            row("4", "A", 1, 1, "0"),
            row("5", "A", 1, 1, "1.005"),
            row("6", "", 1, 1, "1.00"),
            row("", "A", 1, 1, "1.00"),
            row("7", "A", 1, 32, "1.00"),
            "8,A,,1,2010-12-01T08:26:00Z,1.00,,\n".to_owned(),
            "9,A,THING,1.5,2010-12-01T08:26:00Z,1.00,,\n".to_owned(),
            "10,A,THING\n".to_owned(),
        ]
        .concat(),
    );
    let expected = [
        (Invalid::Unreadable, 1),
        (Invalid::Date, 1),
        (Invalid::Invoice, 1),
        (Invalid::StockCode, 1),
        (Invalid::Description, 1),
        (Invalid::Quantity, 1),
        (Invalid::Sign, 2),
        (Invalid::Price, 1),
        (Invalid::Free, 1),
        (Invalid::Unsold, 1),
    ];
    assert_eq!(plan.invalid.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(plan.rows, 12);
    assert_eq!(plan.orders.len(), 1);
}

#[test]
fn a_return_is_of_the_latest_earlier_order_that_has_the_goods() {
    let plan = plan(
        &[
            row("1", "A", 3, 1, "2.55"),
            row("2", "A", 2, 2, "2.55"),
            row("2", "B", 1, 2, "1.00"),
            row("C3", "A", -2, 3, "2.55"),
            row("C3", "B", -1, 3, "1.00"),
            row("C4", "A", -1, 4, "2.55"),
            row("5", "A", 9, 5, "2.55"),
        ]
        .concat(),
    );
    let returns: Vec<_> = plan.returns.iter().map(|back| (&*back.invoice, back.order, back.refund_pence)).collect();
    assert_eq!(returns, [("C3", 1, 2 * 255 + 100), ("C4", 0, 255)]);
    let steps = [Step::Order(0), Step::Order(1), Step::Return(0), Step::Return(1), Step::Order(2)];
    assert_eq!(plan.steps, steps);
}

#[test]
fn a_return_of_goods_from_two_orders_is_two_returns() {
    let sold = row("1", "A", 1, 1, "1") + &row("2", "B", 1, 2, "1");
    let plan = plan(&(sold + &row("C3", "A", -1, 3, "1") + &row("C3", "B", -1, 3, "1")));
    assert_eq!(plan.returns.iter().map(|back| back.order).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn leaves_out_a_line_that_no_order_could_carry() {
    let rows = row("1", "A", 9_999, 1, "1") + &row("1", "A", 2, 1, "1") + &row("1", "B", 10_000, 1, "1");
    let plan = plan(&rows);
    assert_eq!(plan.invalid.into_iter().collect::<Vec<_>>(), [(Invalid::TooMany, 2)]);
    assert_eq!(plan.rows, 3);
    assert_eq!(plan.orders[0].lines.len(), 1);
    assert_eq!(plan.products[0].stock_code, "B");
}

#[test]
fn refuses_a_history_without_its_columns() {
    let refused = Plan::read("invoice,description,quantity\n".as_bytes(), &Selection::default()).unwrap_err();
    assert_eq!(refused.to_string(), "the order history has no column stock_code, invoiced_at, unit_price");
}

#[test]
fn refuses_a_history_without_an_order() {
    let refused = plan_of(&row("C1", "A", -1, 1, "1"), &Selection::default()).unwrap_err();
    assert_eq!(refused.to_string(), "no order to play: 1 rows in the period, 1 of them invalid");
}

#[test]
fn reads_a_compressed_history_and_refuses_a_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{HEADER}{}", row("1", "A", 1, 1, "2.55"));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let whole = gzip.finish().unwrap();
    let path = folder.path().join("orders.csv.gz");

    std::fs::write(&path, &whole).unwrap();
    assert_eq!(Plan::open(&path, &Selection::default()).unwrap().orders.len(), 1);
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(Plan::open(&path, &Selection::default()), Err(Unusable::Read(_))));
}
