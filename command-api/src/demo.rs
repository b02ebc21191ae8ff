//! A shop to play with: three people and a catalogue, made by the same decisions as everything else.
//!
//! It can be planted again at any time: what is there stays as it is, whatever has become of it.

use anyhow::{Context as _, anyhow};
use domain::inventory::{self, Inventory};
use domain::product::{self, Product};
use domain::text::{Email, ShopName, Username};
use domain::user::{self, Role, User};
use domain::{Aggregate, Money, ProductId, UserId};
use event_store::{Changes, CommandId, Context, Decision, Outcome, Record, Request, Stream};
use time::OffsetDateTime;
use uuid::Builder;
use web::problem::Problem;

use crate::accounts::{Applicant, private};
use crate::app::App;
use crate::claims::Unclaimed;

mod catalogue;

use catalogue::{CATALOGUE, Item};

/// What everybody in the demo shop logs in with; too short for anybody else.
pub const PASSWORD: &str = "demotest";
/// Who keeps the shop.
pub const SELLER: &str = "demo@demo.com";
/// Who buys in it.
pub const BUYER: &str = "demo2@demo.com";
/// Who runs the marketplace.
pub const ADMIN: &str = "admin@demo.com";

/// Of fewer, the demo's seller wants to hear.
const LOW_STOCK: u32 = 5;
const SHOP: &str = "The Corner Shop";
/// When the first product was made, as far as ids go: 1 October 2026.
const FIRST_MILLISECONDS: u64 = 1_790_812_800_000;

/// Plants the demo shop, or what is missing of it.
///
/// # Errors
/// When Redis fails, or somebody else has taken a name of the demo's.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let seller = person(app, SELLER, "demo").await?;
    person(app, BUYER, "demo2").await?;
    let admin = person(app, ADMIN, "admin").await?;
    let grant = user::Command::GrantRole { role: Role::Admin };
    app.store.execute::<User>(context(), admin, grant).await.context("the demo has no admin")?;
    open_shop(app, seller).await?;
    for (place, item) in CATALOGUE.iter().enumerate() {
        list(app, seller, place, item).await.with_context(|| format!("{} cannot be listed", item.name))?;
    }
    Ok(())
}

/// Whom of the demo's people a shop can be entered as: they have sessions, and whoever has their addresses can set passwords anew.
///
/// # Errors
/// When Redis fails.
pub(crate) async fn left(app: &App) -> Result<Vec<&'static str>, event_store::Error> {
    let mut left = Vec::new();
    for email in [SELLER, BUYER, ADMIN] {
        let address = Email::try_from(email.to_owned()).expect("the demo's addresses are good ones");
        let Some(user) = app.owner(&address).await? else { continue };
        if !app.store.load::<User>(user).await?.is_suspended() {
            left.push(email);
        }
    }
    Ok(left)
}

fn context() -> Context {
    let (command, at) = (CommandId::random(), OffsetDateTime::now_utc());
    Context { actor: "operator".to_owned(), command, at, trace: String::new() }
}

async fn person(app: &App, email: &str, username: &str) -> anyhow::Result<UserId> {
    let (email, username) = (Email::try_from(email.to_owned())?, Username::try_from(username.to_owned())?);
    if let Some(known) = app.owner(&email).await? {
        // It may have been planted before addresses were proven.
        app.verify(context(), known).await?;
        return Ok(known);
    }
    let id = app.application(&email, &username).await.map_err(refused)?;
    let password_hash = app.passwords.hash(PASSWORD.into()).await?;
    let applicant = Applicant { email: email.clone(), username, password_hash, verified: true };
    app.register(context(), id, applicant).await.map_err(refused)?;
    app.owner(&email).await?.context("a demo account could not be opened")
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` hands it over")]
fn refused(problem: Problem) -> anyhow::Error {
    anyhow!("the demo was refused: {}", problem.code())
}

async fn open_shop(app: &App, seller: UserId) -> anyhow::Result<()> {
    if app.store.load::<User>(seller).await?.shop().is_some() {
        return Ok(());
    }
    let shop = ShopName::try_from(SHOP.to_owned())?;
    let name = app.shop_claim(&shop);
    match app.claim(context(), name, seller).await {
        Ok(_) => {}
        Err(Unclaimed::Taken(_)) => return Err(anyhow!("somebody else keeps a shop called {SHOP}")),
        Err(Unclaimed::Undecided(failure)) => return Err(failure.into()),
    }
    commit(app, Request::new(context(), [Stream::of::<User>(seller)]), move |states| {
        let events = states.get::<User>(seller).decide(user::Command::OpenShop { name })?;
        let private = Record::from([(private::SHOP_NAME, SHOP.to_owned())]);
        Ok::<_, user::Error>(Changes::none().and::<User>(seller, events).and_private::<User>(seller, private))
    })
    .await
}

async fn list(app: &App, seller: UserId, place: usize, item: &Item) -> anyhow::Result<()> {
    let id = product_id(app, place, item)?;
    if app.store.load::<Product>(id).await?.exists() {
        return Ok(());
    }
    let price = Money { amount: item.cents, currency: "EUR".to_owned().try_into()? };
    let list = product::Command::List {
        seller,
        name: item.name.to_owned().try_into()?,
        description: Some(item.description.to_owned().try_into()?),
        category: Some(item.category.to_owned().try_into()?),
        price: price.try_into()?,
        images: Vec::new(),
        draft: false,
    };
    let quantity = item.stock;
    commit(app, Request::new(context(), [Stream::of::<Product>(id), Stream::of::<Inventory>(id)]), move |states| {
        let changes = Changes::none().and::<Product>(id, states.get::<Product>(id).decide(list.clone())?);
        let stock = states.get::<Inventory>(id);
        let mut counted = stock.decide(inventory::Command::SetThreshold { quantity: LOW_STOCK })?;
        if quantity > 0 {
            counted.extend(stock.decide(inventory::Command::Receive { quantity, reference: None })?);
        }
        Ok::<_, anyhow::Error>(changes.and::<Inventory>(id, counted))
    })
    .await
}

/// Always the same id for the same product, so that it is listed once.
fn product_id(app: &App, place: usize, item: &Item) -> anyhow::Result<ProductId> {
    let hash = app.commands.hash(&[b"demo", item.name.as_bytes()]);
    let chance = hash.first_chunk().expect("a hash has 32 bytes");
    Ok(Builder::from_unix_timestamp_millis(FIRST_MILLISECONDS + u64::try_from(place)?, chance).into_uuid().into())
}

async fn commit<E: Into<anyhow::Error> + Send + 'static>(
    app: &App,
    request: Request,
    decide: impl Fn(&event_store::States<'_>) -> Result<Changes, E> + Send + 'static,
) -> anyhow::Result<()> {
    let outcome = app.store.commit(request, move |states| match decide(states) {
        Ok(changes) => Decision::new(changes, Ok(())),
        Err(error) => Decision::rejected(Err(error)),
    });
    match outcome.await? {
        Outcome::Done(answer) => answer.map_err(Into::into),
        Outcome::Replayed(_) => unreachable!("a command without a receipt is never replayed"),
    }
}
