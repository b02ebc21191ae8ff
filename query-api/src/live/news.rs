//! What there is to hear of, and who is told what of it.

use serde::Serialize;
use uuid::Uuid;

use super::places::{Places, Stand};

/// Something to hear of.
// No `Debug`, as for what it is made of: it may hold what people wrote.
pub(super) struct News {
    /// Where it stands; nowhere when it is said once and kept by nobody, as that somebody types.
    pub(super) stand: Option<Stand>,
    /// What it is to clients: `order`, `message`, `typing` or `stock`.
    pub(super) event: &'static str,
    pub(super) concerns: Concerns,
}

/// Whom it concerns, and what each of them is told.
pub(super) enum Concerns {
    Order { buyer: Uuid, sellers: Vec<Uuid>, whole: String, part: String },
    Message { author: Uuid, parties: Vec<Uuid>, authors: String, others: String },
    Typing { audience: Vec<Uuid>, told: String },
    Stock { product: Uuid, seller: Uuid, numbers: String, band: Option<String> },
}

/// News that were found together, and how far everything is known with them.
pub(super) struct Batch {
    pub(super) news: Vec<News>,
    pub(super) places: Places,
}

/// Who listens.
#[derive(Clone, Debug)]
pub(super) struct Listener {
    pub(super) user: Option<Uuid>,
    /// Whether all orders may be seen.
    pub(super) staff: bool,
    /// Whether all that is written about orders may be read.
    pub(super) admin: bool,
    /// The products that the public part is about; `None` is all of them.
    pub(super) products: Option<Vec<Uuid>>,
}

impl News {
    /// What a listener is told: nothing where it does not concern them.
    pub(super) fn told<'a>(&'a self, listener: &Listener) -> Option<&'a str> {
        let is = |user: &Uuid| listener.user == Some(*user);
        match &self.concerns {
            Concerns::Order { buyer, sellers, whole, part } => {
                if is(buyer) || listener.staff {
                    Some(whole)
                } else {
                    sellers.iter().any(is).then_some(part)
                }
            }
            Concerns::Message { author, parties, authors, others } => {
                if is(author) {
                    return Some(authors);
                }
                (listener.admin || parties.iter().any(is)).then_some(others)
            }
            Concerns::Typing { audience, told } => audience.iter().any(is).then_some(told),
            Concerns::Stock { product, seller, numbers, band } => {
                if is(seller) {
                    return Some(numbers);
                }
                let asked = listener.products.as_ref().is_none_or(|products| products.contains(product));
                band.as_deref().filter(|_| asked)
            }
        }
    }
}

/// What is said to clients.
pub(super) fn json(said: &impl Serialize) -> String {
    serde_json::to_string(said).expect("ids, numbers, text and times of Postgres are JSON")
}
