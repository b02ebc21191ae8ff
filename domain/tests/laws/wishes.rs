//! Commands as a crowd would send them: few ids, small numbers, so that they meet.

use std::fmt::Debug;

use domain::{
    Aggregate, Currency, Money, claim, inventory, message,
    money::Price,
    order::{self, Charges, Offer, Order, Units, Wanted},
    product, user, webhook,
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::select,
};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The id with this number.
pub(crate) fn id<I: From<Uuid>>(number: u128) -> I {
    Uuid::from_u128(number).into()
}

/// A text that is valid.
pub(crate) fn text<T: TryFrom<String, Error: Debug>>(text: &str) -> T {
    text.to_owned().try_into().expect("a valid text")
}

/// A price that is valid, in euro cents.
pub(crate) fn cents(amount: u64) -> Price {
    let currency: Currency = text("EUR");
    Money { amount, currency }.try_into().expect("a valid price")
}

fn any_id<I: From<Uuid> + Debug>() -> impl Strategy<Value = I> {
    (0u128..4).prop_map(id)
}

fn any_text<T: TryFrom<String, Error: Debug> + Debug>() -> impl Strategy<Value = T> {
    select(vec!["Teapot", "Kettle", "Cup"]).prop_map(text)
}

fn any_price() -> impl Strategy<Value = Price> {
    (1u64..4, select(vec!["EUR", "GBP"])).prop_map(|(amount, currency)| {
        let currency: Currency = text(currency);
        Money { amount, currency }.try_into().expect("a valid price")
    })
}

pub(crate) fn of_user() -> impl Strategy<Value = user::Command> {
    use user::{Command, Role};
    let role = || select(vec![Role::Buyer, Role::Seller, Role::Admin, Role::Support]);
    let account = prop_oneof![
        (any_id(), any_id()).prop_map(|(email, username)| Command::Register { email, username }),
        option::of(any_id()).prop_map(|username| Command::ChangeProfile { username }),
        role().prop_map(|role| Command::GrantRole { role }),
        role().prop_map(|role| Command::RevokeRole { role }),
        any_id().prop_map(|name| Command::OpenShop { name }),
        any_text().prop_map(|reason| Command::Suspend { reason }),
        Just(Command::Reinstate),
        Just(Command::RepeatSignup),
    ];
    let proof = prop_oneof![
        Just(Command::RequestVerification),
        (0u32..4).prop_map(|number| Command::VerifyEmail { number }),
        any_time().prop_map(|until| Command::RequestReset { until }),
        (0u32..4, any_time()).prop_map(|(number, at)| Command::ResetPassword { number, at }),
        any_id().prop_map(|session| Command::ChangePassword { session }),
        Just(Command::EnableSecondFactor),
        Just(Command::DisableSecondFactor),
    ];
    prop_oneof![10 => account, 10 => proof, 10 => of_sessions(), 1 => Just(Command::Erase)]
}

/// What users wish of their sessions.
fn of_sessions() -> impl Strategy<Value = user::Command> {
    use user::{Command, Ending, Which};
    let which = prop_oneof![any_id().prop_map(Which::One), any_id().prop_map(Which::Others), Just(Which::All)];
    prop_oneof![
        4 => (any_id(), any_time(), any_time(), 0usize..4)
            .prop_map(|(session, at, until, most)| Command::StartSession { session, at, until, most }),
        1 => (which, select(vec![Ending::LoggedOut, Ending::Revoked]))
            .prop_map(|(which, reason)| Command::EndSession { which, reason }),
        1 => any_id().prop_map(|session| Command::ReportReuse { session }),
    ]
}

/// Within the same hour.
fn any_time() -> impl Strategy<Value = OffsetDateTime> {
    (0i64..60).prop_map(|minutes| OffsetDateTime::UNIX_EPOCH + Duration::minutes(minutes))
}

pub(crate) fn of_claim() -> impl Strategy<Value = claim::Command> {
    use claim::Command;
    prop_oneof![
        (any_id(), any_time(), any::<bool>()).prop_map(|(owner, at, holder_appeared)| Command::Claim {
            owner,
            at,
            holder_appeared
        }),
        (any_time(), any::<bool>()).prop_map(|(at, holder_appeared)| Command::TakeBack { at, holder_appeared }),
        (any_id(), any_time()).prop_map(|(owner, unneeded_at)| Command::Release { owner, unneeded_at }),
    ]
}

pub(crate) fn of_product() -> impl Strategy<Value = product::Command> {
    use product::Command;
    let images = || (0usize..12).prop_map(|count| vec![text("https://example.org/teapot.jpg"); count]);
    let details = || (option::of(any_text()), option::of(any_text()));
    prop_oneof![
        4 => (any_id(), any_text(), details(), any_price(), images(), any::<bool>()).prop_map(
            |(seller, name, (description, category), price, images, draft)| Command::List {
                seller,
                name,
                description,
                category,
                price,
                images,
                draft,
            }
        ),
        4 => (option::of(any_text()), details(), option::of(images())).prop_map(
            |(name, (description, category), images)| Command::ChangeDetails { name, description, category, images }
        ),
        4 => any_price().prop_map(|price| Command::ChangePrice { price }),
        1 => Just(Command::Publish),
        1 => Just(Command::Unpublish),
        1 => Just(Command::Archive),
    ]
}

pub(crate) fn of_inventory() -> impl Strategy<Value = inventory::Command> {
    use inventory::Command;
    prop_oneof![
        (0u32..20, option::of(any_text())).prop_map(|(quantity, reference)| Command::Receive { quantity, reference }),
        (-20i64..20, any_text()).prop_map(|(delta, reason)| Command::Adjust { delta, reason }),
        (any_id(), 0u32..20).prop_map(|(order, quantity)| Command::Reserve { order, quantity }),
        any_id().prop_map(|order| Command::Release { order }),
        any_id().prop_map(|order| Command::Commit { order }),
        (any_id(), 1u32..3, 0u32..20, any_day()).prop_map(|(order, number, quantity, at)| Command::Restock {
            order,
            number,
            quantity,
            at
        }),
        (0u32..10).prop_map(|quantity| Command::SetThreshold { quantity }),
    ]
}

/// Within the same three months.
fn any_day() -> impl Strategy<Value = OffsetDateTime> {
    (0i64..90).prop_map(|days| OffsetDateTime::UNIX_EPOCH + Duration::days(days))
}

pub(crate) fn of_conversation() -> impl Strategy<Value = message::Command> {
    prop_oneof![
        4 => (any_id(), any_party()).prop_map(|(author, party)| message::Command::Post { author, party }),
        1 => any_id().prop_map(|author| message::Command::Forget { author }),
    ]
}

pub(crate) fn of_webhooks() -> impl Strategy<Value = webhook::Command> {
    use webhook::{Cause, Command, Kind, Scope};
    let kinds = || btree_set(select(Kind::ALL.to_vec()), 1..4);
    prop_oneof![
        4 => (any_id(), kinds(), select(vec![Scope::Own, Scope::All]), any_day())
            .prop_map(|(id, kinds, scope, at)| Command::Subscribe { id, kinds, scope, at, most: 3 }),
        2 => any_id().prop_map(|id| Command::Remove { id }),
        1 => Just(Command::RemoveAll),
        2 => (any_id(), select(vec![Cause::Failing, Cause::Gone])).prop_map(|(id, cause)| Command::Disable { id, cause }),
    ]
}

fn any_party() -> impl Strategy<Value = order::Party> {
    use order::Party;
    select(vec![Party::Buyer, Party::Seller, Party::Support])
}

/// Anything, also what makes no sense.
pub(crate) fn of_order() -> impl Strategy<Value = order::Command> {
    use order::Command;
    let offer =
        (4u128..8, any_text(), any_price()).prop_map(|(seller, name, price)| Offer { seller: id(seller), name, price });
    let wanted = (any_id(), 1u32..4, option::weighted(0.95, offer)).prop_map(|(product, quantity, offer)| Wanted {
        product,
        quantity,
        offer,
    });
    let total = any_price().prop_map(Price::money);
    prop_oneof![
        1 => (any_id(), vec(wanted, 1..3)).prop_map(|(buyer, lines)| Command::Place {
            buyer,
            lines,
            charges: Charges::default(),
            expected_total: None,
            address: true,
        }),
        1 => total.prop_flat_map(of_placed),
    ]
}

/// Puts an order of two sellers' products, then what becomes of it: whoever pays mostly pays what is asked.
pub(crate) fn of_a_whole_order() -> impl Strategy<Value = Vec<order::Command>> {
    let charge = || option::weighted(0.2, (1u64..9).prop_map(|amount| cents(amount).money()));
    let charges = (charge(), charge()).prop_map(|(shipping, tax)| Charges { shipping, tax });
    (btree_map(0u128..4, 1u32..4, 1..4), charges).prop_flat_map(|(basket, charges)| {
        let wanted = |(product, quantity)| {
            let (seller, price) = (id(4 + product % 2), cents(product as u64 + 1));
            Wanted { product: id(product), quantity, offer: Some(Offer { seller, name: text("Teapot"), price }) }
        };
        let lines = basket.into_iter().map(wanted).collect();
        let place = order::Command::Place { buyer: id(1), lines, charges, expected_total: None, address: true };
        let total = Order::replay(&Order::default().decide(place.clone()).expect("a good basket")).total();
        let total = total.expect("it was placed");
        let first = || Just(order::Command::Confirm { pay_by: OffsetDateTime::UNIX_EPOCH + Duration::HOUR });
        (option::weighted(0.9, first()), vec(of_placed(total), 0..40))
            .prop_map(move |(confirm, rest)| [Some(place.clone()), confirm].into_iter().flatten().chain(rest).collect())
    })
}

fn of_placed(total: Money) -> impl Strategy<Value = order::Command> {
    use order::{Command, Short};
    let short = (any_id(), 1u32..4, 0u64..4).prop_map(|(product, requested, available)| Short {
        product,
        requested,
        available,
    });
    let seller = || (4u128..6).prop_map(id);
    let attempt = || prop_oneof![8 => 1u32..3, 1 => Just(0), 1 => Just(9)];
    let amount = prop_oneof![9 => Just(total), 1 => any_price().prop_map(Price::money)];
    let goods = (any_id(), 0u32..4).prop_map(|(product, quantity)| Units { product, quantity });
    let ask_after = Duration::MINUTE;
    prop_oneof![
        1 => any_time().prop_map(|pay_by| Command::Confirm { pay_by }),
        1 => vec(short, 1..3).prop_map(|short| Command::Reject { short }),
        1 => (option::of(any_text()), any_party()).prop_map(|(reason, by)| Command::Cancel { reason, by }),
        1 => any_time().prop_map(|at| Command::Expire { at }),
        4 => any_time().prop_map(move |at| Command::StartPayment { at, ask_after }),
        4 => (attempt(), amount).prop_map(|(attempt, amount)| Command::RecordPayment { attempt, amount }),
        1 => (attempt(), any_text()).prop_map(|(attempt, reason)| Command::DeclinePayment { attempt, reason }),
        1 => (attempt(), any_time()).prop_map(move |(attempt, at)| Command::AwaitPayment { attempt, at, ask_after }),
        4 => (seller(), option::of(any_text())).prop_map(|(seller, tracking)| Command::Ship { seller, tracking }),
        4 => (seller(), any_time()).prop_map(|(seller, complete_by)| Command::Deliver { seller, complete_by }),
        1 => any_time().prop_map(|at| Command::Complete { at }),
        6 => (seller(), vec(goods, 0..3), any_text())
            .prop_map(|(seller, lines, reason)| Command::Return { seller, lines, reason }),
        4 => (0u32..5).prop_map(|number| Command::RecordRefund { number }),
        1 => Just(Command::ForgetAddress),
    ]
}
