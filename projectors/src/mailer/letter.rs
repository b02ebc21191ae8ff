//! Which mails an event leads to, and what is in them.

use std::collections::BTreeMap;

use domain::{
    Aggregate, Money, OrderId, ProductId, UserId,
    inventory::{self, Inventory},
    order::{self, Line, Order, Short},
    product::Product,
    text::{ProductName, Tracking},
    user::{self, PasswordChange, User},
    webhook::{self, Cause, Webhooks, url_field},
};
use event_store::{Recorded, Store};
use minijinja::{Value, context};
use secrecy::{ExposeSecret, SecretString};
use time::{Duration, OffsetDateTime, macros::format_description};

use super::{
    Link, Mailing, Purpose,
    templates::{self, Words},
};
use crate::Fault;

/// How long a link that proves an address is good, from when it is sent.
const VERIFY_WITHIN: Duration = Duration::hours(24);

/// A mail to somebody.
pub(super) struct Letter {
    pub(super) recipient: UserId,
    pub(super) content: Content,
}

/// What a mail is about.
pub(super) enum Content {
    /// The link that proves the address.
    VerifyEmail { number: u32 },
    /// Somebody wanted to register on the address once more.
    SignupRepeated,
    /// The link that sets the password anew.
    ResetPassword { number: u32, until: OffsetDateTime },
    /// There is a new password.
    PasswordChanged { by: PasswordChange },
    /// A session was copied, and ended.
    SessionCopied,
    /// Somebody orders from the recipient's shop.
    OrderPlaced { order: OrderId, lines: Vec<Line> },
    /// The recipient's order is reserved.
    OrderConfirmed { order: OrderId, lines: Vec<Line>, total: Money },
    /// The recipient's order cannot be met.
    OrderRejected { order: OrderId, lines: Vec<Line>, short: Vec<Short> },
    /// A seller has sent their lines of the recipient's order.
    OrderShipped { order: OrderId, lines: Vec<Line>, tracking: Option<Tracking> },
    /// Money goes back to the recipient.
    OrderRefunded { order: OrderId, amount: Money },
    /// The recipient's stock of a product has fallen below the threshold.
    StockLow { product: ProductId, name: ProductName, available: u64, threshold: u32 },
    /// One of the recipient's webhooks is told nothing any more.
    WebhookDisabled { url: String, cause: Cause },
}

/// The mails about one event.
pub(super) async fn about(store: &Store, event: &Recorded) -> Result<Vec<Letter>, Fault> {
    match event.category() {
        User::CATEGORY => of_user(store, event.id.into(), &decode::<User>(event)?).await,
        Order::CATEGORY => of_order(store, event.id.into(), decode::<Order>(event)?).await,
        Inventory::CATEGORY => of_inventory(store, event.id.into(), &decode::<Inventory>(event)?).await,
        Webhooks::CATEGORY => of_webhooks(store, event.id.into(), &decode::<Webhooks>(event)?).await,
        _ => Ok(Vec::new()),
    }
}

fn decode<A: Aggregate>(event: &Recorded) -> Result<A::Event, Fault> {
    event.event::<A>().map_err(|error| Fault::event(event, &error))
}

async fn of_user(store: &Store, recipient: UserId, event: &user::Event) -> Result<Vec<Letter>, Fault> {
    use user::Event;
    let content = match *event {
        // An address that was proven otherwise meanwhile needs no link.
        Event::VerificationRequested { number } if !store.load::<User>(recipient).await?.is_verified() => {
            Content::VerifyEmail { number }
        }
        Event::SignupRepeated {} => Content::SignupRepeated,
        // Nor is there any use in a link that is good for nothing by now.
        Event::ResetRequested { number, until } if OffsetDateTime::now_utc() < until => {
            Content::ResetPassword { number, until }
        }
        Event::PasswordChanged { by } => Content::PasswordChanged { by },
        Event::RefreshReused { .. } => Content::SessionCopied,
        // A registration comes with a request for a link.
        Event::Registered { .. }
        | Event::VerificationRequested { .. }
        | Event::ResetRequested { .. }
        | Event::EmailVerified {}
        | Event::ProfileChanged { .. }
        | Event::SecondFactorEnabled {}
        | Event::SecondFactorDisabled {}
        | Event::SessionStarted { .. }
        | Event::SessionEnded { .. }
        | Event::RoleGranted { .. }
        | Event::RoleRevoked { .. }
        | Event::ShopOpened { .. }
        | Event::Suspended { .. }
        | Event::Reinstated {}
        | Event::Erased { .. }
        | Event::CarriedForward { .. } => return Ok(Vec::new()),
    };
    Ok(vec![Letter { recipient, content }])
}

async fn of_order(store: &Store, order: OrderId, event: order::Event) -> Result<Vec<Letter>, Fault> {
    use order::Event;
    match event {
        Event::Placed { lines, .. } => {
            let mut shops = BTreeMap::<UserId, Vec<Line>>::new();
            for line in lines {
                shops.entry(line.seller).or_default().push(line);
            }
            let letter = |(recipient, lines)| Letter { recipient, content: Content::OrderPlaced { order, lines } };
            Ok(shops.into_iter().map(letter).collect())
        }
        Event::Confirmed { .. } => {
            to_buyer(store, order, |lines, total| Content::OrderConfirmed { order, lines, total }).await
        }
        Event::Rejected { short, .. } => {
            to_buyer(store, order, |lines, _| Content::OrderRejected { order, lines, short }).await
        }
        Event::Shipped { seller, tracking, .. } => {
            let own = |lines: Vec<Line>| lines.into_iter().filter(|line| line.seller == seller).collect();
            to_buyer(store, order, |lines, _| Content::OrderShipped { order, lines: own(lines), tracking }).await
        }
        Event::Refunded { amount, .. } => to_buyer(store, order, |_, _| Content::OrderRefunded { order, amount }).await,
        Event::Cancelled { .. }
        | Event::Expired { .. }
        | Event::PaymentStarted { .. }
        | Event::PaymentPending { .. }
        | Event::PaymentDeclined { .. }
        | Event::Paid { .. }
        | Event::PaidLate { .. }
        | Event::Delivered { .. }
        | Event::Completed {}
        | Event::Returned { .. }
        | Event::AddressForgotten {}
        | Event::CarriedForward { .. } => Ok(Vec::new()),
    }
}

async fn of_inventory(store: &Store, product: ProductId, event: &inventory::Event) -> Result<Vec<Letter>, Fault> {
    let inventory::Event::RanLow { available, threshold } = *event else { return Ok(Vec::new()) };
    let state = store.load::<Product>(product).await?;
    let letter = state.seller().zip(state.name().cloned()).map(|(recipient, name)| Letter {
        recipient,
        content: Content::StockLow { product, name, available, threshold },
    });
    Ok(letter.into_iter().collect())
}

async fn of_webhooks(store: &Store, owner: UserId, event: &webhook::Event) -> Result<Vec<Letter>, Fault> {
    let webhook::Event::Disabled { id, cause } = *event else { return Ok(Vec::new()) };
    let record = store.private(Webhooks::CATEGORY, &[owner.into()]).await?.pop().unwrap_or_default();
    // Whoever has removed it meanwhile knows: its address is gone.
    let url = record.get(&url_field(id)).filter(|url| !url.is_empty()).map(str::to_owned);
    let letter = url.map(|url| Letter { recipient: owner, content: Content::WebhookDisabled { url, cause } });
    Ok(letter.into_iter().collect())
}

async fn to_buyer(
    store: &Store,
    order: OrderId,
    content: impl FnOnce(Vec<Line>, Money) -> Content,
) -> Result<Vec<Letter>, Fault> {
    let state = store.load::<Order>(order).await?;
    let letter = state
        .buyer()
        .zip(state.total())
        .map(|(recipient, total)| Letter { recipient, content: content(state.lines().to_vec(), total) });
    Ok(letter.into_iter().collect())
}

impl Letter {
    /// What it says, and the link in it if there is one.
    pub(super) fn write(&self, mailing: &Mailing) -> Result<(Words, Option<SecretString>), minijinja::Error> {
        let shop = mailing.public_url.as_str();
        let link = self.link(mailing);
        let shown = link.as_ref().map(ExposeSecret::expose_secret);
        let words = match &self.content {
            Content::VerifyEmail { .. } => templates::fill_in("verify_email", &context! { shop, link => shown }),
            Content::SignupRepeated => templates::fill_in("signup_repeated", &context! { shop }),
            Content::ResetPassword { until, .. } => {
                let values = context! { shop, link => shown, until => instant(*until) };
                templates::fill_in("reset_password", &values)
            }
            Content::PasswordChanged { by } => {
                let by_link = *by == PasswordChange::Reset;
                templates::fill_in("password_changed", &context! { shop, by_link })
            }
            Content::SessionCopied => templates::fill_in("session_copied", &context! { shop }),
            Content::OrderPlaced { order, lines } => {
                let values = context! { shop, order => order.to_string(), lines => listed(lines) };
                templates::fill_in("order_placed", &values)
            }
            Content::OrderConfirmed { order, lines, total } => {
                let (order, lines, total) = (order.to_string(), listed(lines), written(*total));
                templates::fill_in("order_confirmed", &context! { shop, order, lines, total })
            }
            Content::OrderRejected { order, lines, short } => {
                let (order, short) = (order.to_string(), missing(lines, short));
                templates::fill_in("order_rejected", &context! { shop, order, short })
            }
            Content::OrderShipped { order, lines, tracking } => {
                let tracking = tracking.as_ref().map(Tracking::as_str);
                let values = context! { shop, order => order.to_string(), lines => listed(lines), tracking };
                templates::fill_in("order_shipped", &values)
            }
            Content::OrderRefunded { order, amount } => {
                let values = context! { shop, order => order.to_string(), amount => written(*amount) };
                templates::fill_in("order_refunded", &values)
            }
            Content::StockLow { product, name, available, threshold } => {
                let (product, name) = (product.to_string(), name.as_str());
                templates::fill_in("stock_low", &context! { shop, product, name, available, threshold })
            }
            Content::WebhookDisabled { url, cause } => {
                let gone = *cause == Cause::Gone;
                templates::fill_in("webhook_disabled", &context! { shop, url, gone })
            }
        };
        Ok((words?, link))
    }

    fn link(&self, mailing: &Mailing) -> Option<SecretString> {
        let (purpose, path, number, until) = match self.content {
            Content::VerifyEmail { number } => {
                (Purpose::VerifyEmail, "verify-email", number, OffsetDateTime::now_utc() + VERIFY_WITHIN)
            }
            Content::ResetPassword { number, until } => (Purpose::ResetPassword, "reset-password", number, until),
            Content::SignupRepeated
            | Content::PasswordChanged { .. }
            | Content::SessionCopied
            | Content::OrderPlaced { .. }
            | Content::OrderConfirmed { .. }
            | Content::OrderRejected { .. }
            | Content::OrderShipped { .. }
            | Content::OrderRefunded { .. }
            | Content::StockLow { .. }
            | Content::WebhookDisabled { .. } => return None,
        };
        let token = mailing.links.sign(Link { purpose, user: self.recipient, number, until });
        Some(format!("{}/{path}?token={}", mailing.public_url, token.expose_secret()).into())
    }
}

fn listed(lines: &[Line]) -> Vec<Value> {
    let listed = lines.iter().map(|line| {
        context! { name => line.name.as_str(), quantity => line.quantity, price => written(line.unit_price) }
    });
    listed.collect()
}

fn missing(lines: &[Line], short: &[Short]) -> Vec<Value> {
    let name = |product: ProductId| lines.iter().find(|line| line.product == product).map(|line| line.name.as_str());
    let missing = short.iter().map(|short| {
        let name = name(short.product).unwrap_or("a product");
        context! { name, requested => short.requested, available => short.available }
    });
    missing.collect()
}

fn instant(at: OffsetDateTime) -> String {
    let form = format_description!("[hour]:[minute] UTC on [day padding:none] [month repr:long] [year]");
    at.to_offset(time::UtcOffset::UTC).format(form).expect("a time of this era can be written")
}

/// An amount as people write it. ISO 4217 says how many digits stand behind the point.
fn written(Money { amount, currency }: Money) -> String {
    let code = currency.to_string();
    let digits = match code.as_str() {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    };
    let unit = 10_u64.pow(digits);
    match digits {
        0 => format!("{amount} {code}"),
        digits => format!("{}.{:0width$} {code}", amount / unit, amount % unit, width = digits as usize),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::mailer::{Links, Way};

    fn mailing() -> Mailing {
        Mailing {
            way: Way::Off,
            sender: "shop@example.org".parse().unwrap(),
            public_url: "https://shop.example.org".to_owned(),
            links: Links::signed_by(|link| format!("{:?}.{}", link.purpose, link.number).into()),
            attempts: 3,
            retry_after: std::time::Duration::ZERO,
        }
    }

    fn money(amount: u64, currency: &str) -> Money {
        Money { amount, currency: currency.to_owned().try_into().unwrap() }
    }

    fn line(product: u128, name: &str, quantity: u32, amount: u64) -> Line {
        Line {
            product: Uuid::from_u128(product).into(),
            seller: Uuid::from_u128(9).into(),
            name: name.to_owned().try_into().unwrap(),
            quantity,
            unit_price: money(amount, "EUR"),
        }
    }

    /// A mail of each kind, by the name of its template.
    fn letters() -> Vec<(&'static str, Content)> {
        let order = OrderId::from(Uuid::from_u128(7));
        let lines = || vec![line(1, "Lantern {{ shop }}", 2, 1_999), line(2, "Wick & wax <b>", 12, 50)];
        let tracking = Tracking::try_from("DHL 00340434161094042557".to_owned()).unwrap();
        let short = vec![Short { product: Uuid::from_u128(2).into(), requested: 12, available: 5 }];
        let hook = || "https://example.org/hooks/millrace?shop={{ shop }}".to_owned();
        vec![
            ("verify_email", Content::VerifyEmail { number: 2 }),
            ("signup_repeated", Content::SignupRepeated),
            ("reset_password", Content::ResetPassword { number: 3, until: datetime!(2026-11-02 14:05 UTC) }),
            ("password_changed", Content::PasswordChanged { by: PasswordChange::Owner }),
            ("password_reset", Content::PasswordChanged { by: PasswordChange::Reset }),
            ("session_copied", Content::SessionCopied),
            ("order_placed", Content::OrderPlaced { order, lines: lines() }),
            ("order_confirmed", Content::OrderConfirmed { order, lines: lines(), total: money(4_598, "EUR") }),
            ("order_rejected", Content::OrderRejected { order, lines: lines(), short }),
            ("order_shipped", Content::OrderShipped { order, lines: lines(), tracking: Some(tracking) }),
            ("order_shipped_untracked", Content::OrderShipped { order, lines: lines(), tracking: None }),
            ("order_refunded", Content::OrderRefunded { order, amount: money(4_598, "EUR") }),
            (
                "stock_low",
                Content::StockLow {
                    product: Uuid::from_u128(1).into(),
                    name: lines().remove(0).name,
                    available: 4,
                    threshold: 5,
                },
            ),
            ("webhook_disabled", Content::WebhookDisabled { url: hook(), cause: Cause::Failing }),
            ("webhook_gone", Content::WebhookDisabled { url: hook(), cause: Cause::Gone }),
        ]
    }

    fn written_out(content: Content) -> String {
        let (words, _) = Letter { recipient: Uuid::from_u128(9).into(), content }.write(&mailing()).unwrap();
        format!("Subject: {}\n\n{}", words.subject, words.body.expose_secret())
    }

    #[test]
    fn every_mail_reads_as_it_should() {
        for (name, content) in letters() {
            let file = format!("{}/src/mailer/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
            let golden = std::fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(written_out(content), golden, "{file}");
        }
    }

    #[test]
    fn a_subject_is_one_line_whatever_is_in_it() {
        let values = context! {
            shop => "shop", order => "order",
            lines => [context! { name => "Lantern\r\nBcc: all@example.com", quantity => 1, price => "1 EUR" }],
        };
        let words = templates::fill_in("order_placed", &values).unwrap();
        assert_eq!(words.subject, "New order: Lantern  Bcc: all@example.com");
    }

    #[test]
    fn amounts_are_written_as_their_currency_is() {
        let written = |amount, currency| written(money(amount, currency));
        assert_eq!(written(5, "EUR"), "0.05 EUR");
        assert_eq!(written(339, "JPY"), "339 JPY");
        assert_eq!(written(1_339, "KWD"), "1.339 KWD");
    }
}
