//! `millrace rehearse`: plays a real shop's order history against a running Millrace, as its customers would, over HTTP
//! alone, and then checks the books.
//!
//! In reading order: [`plan`], `row` and `returns` turn the history into products, orders and returns; `client` is one account's way into
//! the shop; `stall` is the seller, `buyers` the customers,
//! `journey` what becomes of their orders; `reconcile` compares; [`Report`] says how it went.

mod buyers;
mod client;
mod contract;
mod journey;
mod plan;
mod progress;
mod reconcile;
mod report;
mod returns;
mod row;
mod stall;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use reqwest::Url;
use time::{Date, macros::format_description};
use uuid::Uuid;

use self::{
    buyers::Purchases,
    client::{Account, Endpoint},
    contract::Status,
    stall::Stall,
};
pub use self::{
    plan::{Line, Order, Plan, Product, Return, Selection, Step, Unusable},
    report::Report,
    row::Invalid,
};

/// Play an order history against a running shop, then check its books.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Orders as .csv or .csv.gz: invoice, stock_code, description, quantity, invoiced_at, unit_price (GBP)
    pub orders: PathBuf,
    /// The shop to rehearse in
    #[arg(long, env = "MILLRACE_URL", default_value = "http://127.0.0.1:8080")]
    pub url: Url,
    /// Buyers at the same time; each waits for the decision on its order before the next
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub buyers: u16,
    /// First day of the history to play, such as 2010-12-01
    #[arg(long, value_parser = day)]
    pub from: Option<Date>,
    /// Day before which to stop
    #[arg(long, value_parser = day)]
    pub until: Option<Date>,
    /// Most orders to place
    #[arg(long)]
    pub limit: Option<usize>,
    /// Share of each product's demand that is in stock, rounded up; below 100 some orders are rejected
    #[arg(long, default_value_t = 95, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub stock_percent: u32,
    /// Seconds to go on trying for an answer or a decision
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..))]
    pub patience: u64,
    /// Seconds the read models have to catch up before the books are closed
    #[arg(long, default_value_t = 10)]
    pub settle: u64,
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| "not a day like 2010-12-31".to_owned())
}

/// How to play.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The shop.
    pub url: Url,
    /// Buyers at the same time, at least one.
    pub buyers: usize,
    /// Share of each product's demand that is in stock.
    pub stock_percent: u32,
    /// How long to go on trying for an answer or a decision.
    pub patience: Duration,
    /// How long the read models may take to catch up before the books are closed.
    pub settle: Duration,
    /// Whether to tell on stderr how far it has got.
    pub show_progress: bool,
}

/// Reads the history, rehearses, and prints the report.
///
/// The exit code is 1 when the books do not reconcile or an order was never decided, and 2 when the history cannot be
/// used.
///
/// # Errors
/// When no shop answers, or it does not let us sell.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let selection = Selection { from: args.from, until: args.until, limit: args.limit };
    let plan = match Plan::open(&args.orders, &selection) {
        Ok(plan) => plan,
        Err(unusable) => {
            writeln!(io::stderr(), "{unusable}")?;
            return Ok(ExitCode::from(2));
        }
    };
    let settings = Settings {
        url: args.url,
        buyers: args.buyers.into(),
        stock_percent: args.stock_percent,
        patience: Duration::from_secs(args.patience),
        settle: Duration::from_secs(args.settle),
        show_progress: true,
    };
    let report = rehearse(plan, settings).await?;
    write!(io::stdout(), "{report}")?;
    Ok(report.exit_code())
}

/// Plays a plan and checks the books.
///
/// # Errors
/// When no shop answers, or it does not let us sell. What goes wrong afterwards stands in the report.
pub async fn rehearse(plan: Plan, settings: Settings) -> anyhow::Result<Report> {
    let endpoint = Endpoint::reach(&settings.url, settings.patience).await?;
    let run = Run::new();
    let stall = Stall::open(&endpoint, &run, &plan, &settings).await?;
    let mut purchases = buyers::buy(&endpoint, &run, &plan, &stall, &settings).await?;

    let mut differences = std::mem::take(&mut purchases.complaints);
    differences.extend(reconcile::money(&plan, &stall.goods, &purchases.placed));
    match reconcile::payments(&plan, &purchases, &settings).await {
        Ok(found) => differences.extend(found),
        Err(failure) => differences.push(format!("the money could not be compared: {failure:#}")),
    }
    match reconcile::stock(&plan, &stall, &purchases, &settings).await {
        Ok(found) => differences.extend(found),
        Err(failure) => differences.push(format!("the stock could not be compared: {failure:#}")),
    }
    let Purchases { placed, returned, took, .. } = purchases;
    let refunds = returned.iter().map(|index| plan.returns[*index].refund_pence);

    let mut report = Report {
        products: stall.goods.len(),
        rows: plan.rows,
        invalid: plan.invalid,
        returned: returned.len(),
        unreturned: plan.returns.len() - returned.len(),
        refunded_pence: refunds.sum(),
        retried: endpoint.retried(),
        took,
        differences,
        ..Report::default()
    };
    for one in placed {
        let id = one.acknowledgement.id;
        report.acknowledged.push(id);
        report.waits.extend(one.decided.as_ref().map(|decided| decided.after));
        if one.arrived {
            report.delivered += 1;
            report.captured_pence += plan.orders[one.order].total_pence;
        }
        match one.decided.map(|decided| decided.view.status) {
            Some(Status::Confirmed) => report.confirmed.push(id),
            Some(Status::Rejected) => report.rejected.push(id),
            // Reported as a difference already.
            Some(Status::Delivered | Status::Refunded | Status::Unexpected) => {}
            Some(Status::Pending) | None => report.undecided.push(id),
        }
    }
    report.waits.sort_unstable();
    Ok(report)
}

/// One rehearsal among others in the same shop: what it names, nobody else names.
struct Run {
    name: String,
    password: String,
}

impl Run {
    fn new() -> Self {
        // The end of a version 7 id is random; its beginning is the time.
        let name = Uuid::now_v7().simple().to_string().split_off(20);
        Self { name, password: format!("{:032x}", rand::random::<u128>()) }
    }

    fn account(&self, role: &str) -> Account {
        let username = format!("{role}-{}", self.name);
        Account { email: format!("{username}@rehearsal.example"), username, password: self.password.clone() }
    }

    /// The same for every try of one request, and for no other request.
    fn key(&self, what: &str, index: usize) -> String {
        format!("rehearsal-{}-{what}-{index}", self.name)
    }
}
