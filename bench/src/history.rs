//! A log like that of a shop: orders of many sizes, each on its way from the click to its completion among others.

use domain::{
    Currency, Money, Partition, ProductId, UserId, event,
    order::{Charges, Event, Line, Units},
};
use event_store::{Feed, Positioned, Recorded, Store};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339, macros::datetime};
use uuid::Uuid;

/// Lines of an order, as the orders of a gift shop had them: a sixteenth each, from the smallest to the largest.
const LINES: [usize; 16] = [1, 1, 1, 2, 3, 5, 6, 8, 10, 13, 16, 19, 23, 31, 48, 110];
/// What happens to an order: placed, confirmed, payment started, paid, shipped, delivered, completed.
const STEPS: usize = 7;
const BEGUN: OffsetDateTime = datetime!(2026-01-01 00:00 UTC);
/// All orders are placed within it.
const HALF_A_YEAR: Duration = Duration::days(182);
const PRODUCTS: u64 = 4_000;
const SELLERS: u64 = 40;
const BUYERS: u64 = 20_000;
/// How many events are written at once.
const PAGE: usize = 1_000;

/// Writes about so many events of orders into the feeds of an empty store, and returns how many they are.
pub(crate) async fn fill(store: &Store, events: usize) -> anyhow::Result<u64> {
    let orders = events / STEPS / usize::from(Partition::COUNT);
    let mut restoring = store.restoring().await?;
    let (mut count, mut random) = (0, Random(1));
    for feed in Feed::all("order") {
        // In the order in which they happened, those of one order far apart.
        let mut happened: Vec<_> = (0..orders.max(1)).flat_map(|_| order(feed.partition, &mut random)).collect();
        happened.sort_by_key(|(at, event)| (*at, event.version));
        let positioned: Vec<_> =
            (1..).zip(happened).map(|(position, (_, event))| Positioned { position, event }).collect();
        for page in positioned.chunks(PAGE) {
            restoring.restore_feed(feed, page).await?;
        }
        count += positioned.len() as u64;
    }
    restoring.finish().await?;
    Ok(count)
}

/// Everything that happens to one order, and when.
fn order(partition: Partition, random: &mut Random) -> Vec<(OffsetDateTime, Recorded)> {
    let id = random.id(u64::MAX, partition.number());
    let buyer = UserId::from(random.id(BUYERS, 0));
    let seller = UserId::from(random.id(SELLERS, 1));
    let currency = Currency::try_from("GBP".to_owned()).expect("GBP is a currency");
    let money = |amount| Money { amount, currency };
    let lines: Vec<_> = (0..LINES[random.below(LINES.len() as u64) as usize])
        .map(|number| Line {
            // Different products: an order names each once.
            product: ProductId::from(Uuid::from_u64_pair(random.below(PRODUCTS), number as u64)),
            seller,
            name: "White hanging heart T-light holder".to_owned().try_into().expect("it is a name"),
            quantity: 1 + random.below(12) as u32,
            unit_price: money(85 + random.below(1_000)),
        })
        .collect();
    let total = money(lines.iter().map(|line| u64::from(line.quantity) * line.unit_price.amount).sum());
    let units = lines.iter().map(|line| Units { product: line.product, quantity: line.quantity }).collect();
    let placed = BEGUN + Duration::milliseconds(random.below(HALF_A_YEAR.whole_milliseconds() as u64) as i64);
    let soon = Duration::milliseconds(20 + random.below(20) as i64);
    let paid = placed + Duration::seconds(20 + random.below(100) as i64);
    let shipped = placed + Duration::hours(4 + random.below(48) as i64);
    let delivered = shipped + Duration::hours(20 + random.below(72) as i64);
    let complete_by = delivered + Duration::days(14);
    let steps: [(OffsetDateTime, Event); STEPS] = [
        (placed, Event::Placed { buyer, lines, charges: Charges::default(), total, address: false }),
        (placed + soon, Event::Confirmed { pay_by: Some(placed + Duration::minutes(15)) }),
        (paid - soon, Event::PaymentStarted { attempt: 1, amount: total, ask_at: paid + Duration::minutes(1) }),
        (paid, Event::Paid { attempt: 1, amount: total }),
        (shipped, Event::Shipped { seller, tracking: None, lines: units }),
        (delivered, Event::Delivered { seller, complete_by: Some(complete_by) }),
        (complete_by, Event::Completed {}),
    ];
    let actor = format!("user:{}", Uuid::from(buyer));
    let recorded = (1..).zip(steps).map(|(version, (at, event))| {
        let event::Stored { kind, schema, data } = event::encode(&event);
        let command = random.id(u64::MAX, 0).simple().to_string();
        let trace = format!("00-{command}-00f067aa0ba902b7-00");
        let written = at.format(&Rfc3339).expect("years have four digits");
        (at, Recorded { id, version, kind, schema, at: written, actor: actor.clone(), command, trace, data })
    });
    recorded.collect()
}

/// The same numbers each time, so that runs can be compared: xorshift64*.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// One of so many ids, whose last digit is this one.
    fn id(&mut self, of: u64, digit: u8) -> Uuid {
        let low = if of == u64::MAX { self.next() } else { self.below(of) };
        Uuid::from_u64_pair(if of == u64::MAX { self.next() } else { 0 }, low << 4 | u64::from(digit))
    }
}

#[cfg(test)]
mod tests {
    use domain::{Aggregate, order::Order};

    use super::*;

    #[test]
    fn an_order_of_the_history_is_one_that_the_domain_completes() {
        let partition = Partition::new(7).unwrap();
        let events: Vec<_> = order(partition, &mut Random(3)).into_iter().map(|(_, event)| event).collect();
        assert!(events.iter().all(|event| Partition::of(event.id) == partition));
        let events: Vec<_> = events.iter().map(|event| event.event::<Order>().unwrap()).collect();
        assert_eq!(Order::replay(&events).status().unwrap().to_string(), "completed");
    }
}
