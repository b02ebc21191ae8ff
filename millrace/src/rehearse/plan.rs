//! What a rehearsal will do, worked out from the order history before the first request: products, orders, returns, and
//! how many rows cannot be played.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use flate2::read::MultiGzDecoder;
use time::{Date, OffsetDateTime};

use super::{
    returns::Sold,
    row::{Invalid, Record, Row},
};

/// The most lines an order may have; a longer invoice becomes several orders.
const LINES_MAX: usize = 200;
/// The most units of one product an order may have.
const UNITS_MAX: u32 = 10_000;
const COLUMNS: [&str; 6] = ["invoice", "stock_code", "description", "quantity", "invoiced_at", "unit_price"];

/// Which part of the history to play.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection {
    /// The first day.
    pub from: Option<Date>,
    /// The day after the last.
    pub until: Option<Date>,
    /// The most orders.
    pub limit: Option<usize>,
}

impl Selection {
    fn covers(&self, at: OffsetDateTime) -> bool {
        self.from.is_none_or(|from| at >= from.midnight().assume_utc())
            && self.until.is_none_or(|until| at < until.midnight().assume_utc())
    }
}

/// A period of a shop's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What has to be listed: a product is one code at one price.
    pub products: Vec<Product>,
    /// What has to be ordered.
    pub orders: Vec<Order>,
    /// What comes back of it.
    pub returns: Vec<Return>,
    /// Orders and returns in the sequence of their time.
    pub steps: Vec<Step>,
    /// Rows in the period.
    pub rows: u64,
    /// How many of them cannot be played, by reason.
    pub invalid: BTreeMap<Invalid, u64>,
}

/// What is played next, by its place among its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An order.
    Order(usize),
    /// A return, after the order that it is of.
    Return(usize),
}

/// One code at one price.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The code in the history.
    pub stock_code: String,
    /// What it is listed as.
    pub name: String,
    /// What one unit costs.
    pub price_pence: u64,
    /// Units in all orders of the plan.
    pub demand: u64,
}

/// One invoice, or 200 lines of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The number of the invoice, and which part of it.
    pub invoice: String,
    /// One line per product.
    pub lines: Vec<Line>,
    /// What it should cost.
    pub total_pence: u64,
}

/// Goods of one order that come back together.
#[derive(Clone, Debug, PartialEq)]
pub struct Return {
    /// The number of its invoice.
    pub invoice: String,
    /// The place of the order that had them.
    pub order: usize,
    /// One line per product.
    pub lines: Vec<Line>,
    /// What the buyer should get back.
    pub refund_pence: u64,
}

/// So many of one product.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its place among the products of the plan.
    pub product: usize,
    /// Units.
    pub quantity: u32,
}

/// Why an order history cannot be played at all.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// The file cannot be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file cannot be read to its end.
    #[error("cannot read the order history: {0}")]
    Read(#[from] csv::Error),
    /// The first row does not name every column.
    #[error("the order history has no column {0}")]
    Columns(String),
    /// Nothing is left to be played.
    #[error("no order to play: {rows} rows in the period, {invalid} of them invalid")]
    Empty {
        /// Rows in the period.
        rows: u64,
        /// How many of them cannot be played.
        invalid: u64,
    },
}

impl Plan {
    /// Reads an order history from a `.csv` or `.csv.gz` file.
    ///
    /// # Errors
    /// When the file cannot be read, lacks a column, or has no order in the selection.
    pub fn open(path: &Path, selection: &Selection) -> Result<Self, Unusable> {
        let file = File::open(path).map_err(|source| Unusable::Open { path: path.to_owned(), source })?;
        if path.extension().is_some_and(|extension| extension == "gz") {
            Self::read(MultiGzDecoder::new(BufReader::new(file)), selection)
        } else {
            Self::read(file, selection)
        }
    }

    /// Reads an order history.
    ///
    /// # Errors
    /// When it cannot be read, lacks a column, or has no order in the selection.
    pub fn read(history: impl Read, selection: &Selection) -> Result<Self, Unusable> {
        let mut reader = csv::Reader::from_reader(history);
        let headers = reader.headers()?;
        let missing = COLUMNS.into_iter().filter(|column| !headers.iter().any(|header| header == *column));
        let missing = missing.collect::<Vec<_>>().join(", ");
        if !missing.is_empty() {
            return Err(Unusable::Columns(missing));
        }

        let mut drafts = Drafts::default();
        for record in reader.deserialize::<Record>() {
            match record {
                Ok(record) => drafts.add(record, selection),
                Err(error) if error.is_io_error() => return Err(error.into()),
                Err(_) => drafts.set_aside(Invalid::Unreadable, 1),
            }
        }
        drafts.into_plan(selection.limit)
    }
}

/// Invoices as they are gathered, row by row.
#[derive(Default)]
struct Drafts {
    invoices: Vec<Draft>,
    by_number: HashMap<String, usize>,
    rows: u64,
    invalid: BTreeMap<Invalid, u64>,
}

struct Draft {
    number: String,
    customer: String,
    is_return: bool,
    at: OffsetDateTime,
    lines: Vec<DraftLine>,
}

struct DraftLine {
    first: Row,
    units: u64,
    rows: u64,
}

impl Drafts {
    fn set_aside(&mut self, reason: Invalid, rows: u64) {
        *self.invalid.entry(reason).or_default() += rows;
    }

    fn add(&mut self, record: Record, selection: &Selection) {
        let sold_at = record.sold_at();
        if sold_at.is_ok_and(|at| !selection.covers(at)) {
            return;
        }
        match sold_at.and_then(|at| Ok((at, Row::try_from(record)?))) {
            Ok((at, row)) => self.gather(at, row),
            Err(reason) => self.set_aside(reason, 1),
        }
    }

    fn gather(&mut self, sold_at: OffsetDateTime, row: Row) {
        self.rows += 1;
        let index = *self.by_number.entry(row.invoice.clone()).or_insert_with(|| {
            let (number, customer, is_return) = (row.invoice.clone(), row.customer.clone(), row.is_return);
            self.invoices.push(Draft { number, customer, is_return, at: sold_at, lines: Vec::new() });
            self.invoices.len() - 1
        });
        let lines = &mut self.invoices[index].lines;
        let same = |line: &&mut DraftLine| {
            line.first.price_pence == row.price_pence && line.first.stock_code == row.stock_code
        };
        if let Some(line) = lines.iter_mut().find(same) {
            line.units = line.units.saturating_add(row.quantity);
            line.rows += 1;
        } else {
            lines.push(DraftLine { units: row.quantity, rows: 1, first: row });
        }
    }

    fn into_plan(mut self, limit: Option<usize>) -> Result<Plan, Unusable> {
        let rows = self.rows + self.invalid.values().sum::<u64>();
        let mut invoices = std::mem::take(&mut self.invoices);
        // Stable: invoices of the same minute keep the sequence of the file.
        invoices.sort_by_key(|invoice| invoice.at);
        let mut book = Book { limit: limit.unwrap_or(usize::MAX), ..Book::default() };
        for invoice in &invoices {
            match invoice.is_return {
                true => self.set_aside(Invalid::Unsold, book.take_back(invoice)),
                false => self.set_aside(Invalid::TooMany, book.sell(invoice)),
            }
        }
        self.invalid.retain(|_, rows| *rows > 0);
        if book.orders.is_empty() {
            return Err(Unusable::Empty { rows, invalid: self.invalid.values().sum() });
        }
        let Book { shelf, orders, returns, steps, .. } = book;
        Ok(Plan { products: shelf.products, orders, returns, steps, rows, invalid: self.invalid })
    }
}

/// Orders and returns as they are entered, invoice by invoice.
#[derive(Default)]
struct Book {
    limit: usize,
    shelf: Shelf,
    sold: Sold,
    orders: Vec<Order>,
    returns: Vec<Return>,
    steps: Vec<Step>,
}

impl Book {
    /// Enters an invoice as one or more orders; how many of its rows no order could carry.
    fn sell(&mut self, invoice: &Draft) -> u64 {
        let lines: Vec<_> = invoice.lines.iter().filter_map(|line| Some((line, line.fitting_units()?))).collect();
        let parts = lines.chunks(LINES_MAX);
        let count = parts.len();
        for (part, lines) in (1..).zip(parts) {
            if self.orders.len() >= self.limit {
                break;
            }
            let total_pence = lines.iter().map(|(line, units)| line.first.price_pence * u64::from(*units)).sum();
            let lines: Vec<_> = lines.iter().map(|(line, units)| self.shelf.take(&line.first, *units)).collect();
            let invoice_part = match count {
                1 => invoice.number.clone(),
                _ => format!("{} ({part} of {count})", invoice.number),
            };
            self.sold.enter(&invoice.customer, self.orders.len(), &lines);
            self.steps.push(Step::Order(self.orders.len()));
            self.orders.push(Order { invoice: invoice_part, lines, total_pence });
        }
        invoice.lines.iter().filter(|line| line.fitting_units().is_none()).map(|line| line.rows).sum()
    }

    /// Enters an invoice as returns, one for each order that it concerns; how many of its rows concern none.
    fn take_back(&mut self, invoice: &Draft) -> u64 {
        let mut unsold = 0;
        let mut by_order: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
        for line in &invoice.lines {
            let found = line.fitting_units().and_then(|quantity| {
                let line = Line { product: self.shelf.find(&line.first)?, quantity };
                Some((self.sold.take(&invoice.customer, line)?, line))
            });
            match found {
                Some((order, line)) => by_order.entry(order).or_default().push(line),
                None => unsold += line.rows,
            }
        }
        for (order, lines) in by_order {
            let price = |line: &Line| self.shelf.products[line.product].price_pence * u64::from(line.quantity);
            let refund_pence = lines.iter().map(price).sum();
            self.steps.push(Step::Return(self.returns.len()));
            self.returns.push(Return { invoice: invoice.number.clone(), order, lines, refund_pence });
        }
        unsold
    }
}

impl DraftLine {
    fn fitting_units(&self) -> Option<u32> {
        u32::try_from(self.units).ok().filter(|units| *units <= UNITS_MAX)
    }
}

/// Products in the sequence in which they are first ordered.
#[derive(Default)]
struct Shelf {
    products: Vec<Product>,
    by_code_and_price: HashMap<(String, u64), usize>,
}

impl Shelf {
    fn find(&self, row: &Row) -> Option<usize> {
        self.by_code_and_price.get(&(row.stock_code.clone(), row.price_pence)).copied()
    }

    fn take(&mut self, row: &Row, quantity: u32) -> Line {
        let product = *self.by_code_and_price.entry((row.stock_code.clone(), row.price_pence)).or_insert_with(|| {
            self.products.push(Product {
                stock_code: row.stock_code.clone(),
                name: row.name.clone(),
                price_pence: row.price_pence,
                demand: 0,
            });
            self.products.len() - 1
        });
        self.products[product].demand += u64::from(quantity);
        Line { product, quantity }
    }
}
