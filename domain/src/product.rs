//! What a seller offers, and for how much. How many there are is the [inventory](crate::inventory)'s business.

use serde::{Deserialize, Serialize};

use crate::{
    Aggregate, Currency, ProductId, UserId,
    money::Price,
    text::{CategoryName, Description, ImageUrl, ProductName},
};

/// The most images a product may have.
pub const MAX_IMAGES: usize = 10;

/// A product, once it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product(Option<Listing>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Listing {
    seller: UserId,
    name: ProductName,
    description: Option<Description>,
    category: Option<CategoryName>,
    price: Price,
    images: Vec<ImageUrl>,
    status: Status,
}

/// Who can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its seller: it is not offered yet, or not at the moment.
    Draft,
    /// Everybody.
    Active,
    /// Nobody orders it any more.
    Archived,
}

impl Status {
    /// As the API and the read models spell it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

impl Product {
    /// Whether it was ever listed.
    #[must_use]
    pub const fn exists(&self) -> bool {
        self.0.is_some()
    }

    /// Who offers it.
    #[must_use]
    pub fn seller(&self) -> Option<UserId> {
        self.0.as_ref().map(|listing| listing.seller)
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Option<&ProductName> {
        self.0.as_ref().map(|listing| &listing.name)
    }

    /// What one unit costs.
    #[must_use]
    pub fn price(&self) -> Option<Price> {
        self.0.as_ref().map(|listing| listing.price)
    }

    /// Who can see it. `None` when it was never listed.
    #[must_use]
    pub fn status(&self) -> Option<Status> {
        self.0.as_ref().map(|listing| listing.status)
    }

    /// Whether it may be ordered: listed, and neither a draft nor archived.
    #[must_use]
    pub fn for_sale(&self) -> bool {
        self.status() == Some(Status::Active)
    }
}

/// What can be asked of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Offer it.
    List {
        /// Who offers it.
        seller: UserId,
        /// What it is called.
        name: ProductName,
        /// What it is.
        description: Option<Description>,
        /// What it is found under.
        category: Option<CategoryName>,
        /// What one unit costs.
        price: Price,
        /// What it looks like, at most [`MAX_IMAGES`].
        images: Vec<ImageUrl>,
        /// Whether it is kept from buyers until it is published.
        draft: bool,
    },
    /// Describe it differently. `None` keeps what there is.
    ChangeDetails {
        /// What it is called.
        name: Option<ProductName>,
        /// What it is.
        description: Option<Description>,
        /// What it is found under.
        category: Option<CategoryName>,
        /// What it looks like, at most [`MAX_IMAGES`].
        images: Option<Vec<ImageUrl>>,
    },
    /// Ask another price, in the same currency.
    ChangePrice {
        /// What one unit costs.
        price: Price,
    },
    /// Offer it, if it is a draft or was archived.
    Publish,
    /// Make it a draft again.
    Unpublish,
    /// Offer it no longer.
    Archive,
}

/// What has happened to a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It is offered.
    #[serde(rename = "product.listed")]
    Listed {
        /// Who offers it.
        seller: UserId,
        /// What it is called.
        name: ProductName,
        /// What it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Description>,
        /// What it is found under.
        #[serde(skip_serializing_if = "Option::is_none")]
        category: Option<CategoryName>,
        /// What one unit costs.
        price: Price,
        /// What it looks like.
        images: Vec<ImageUrl>,
        /// Whether it is kept from buyers until it is published.
        #[serde(skip_serializing_if = "is_false", default)]
        draft: bool,
    },
    /// It is described differently. Holds only what is different.
    #[serde(rename = "product.details_changed")]
    DetailsChanged {
        /// What it is called.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<ProductName>,
        /// What it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<Description>,
        /// What it is found under.
        #[serde(skip_serializing_if = "Option::is_none")]
        category: Option<CategoryName>,
        /// What it looks like.
        #[serde(skip_serializing_if = "Option::is_none")]
        images: Option<Vec<ImageUrl>>,
    },
    /// It costs more or less.
    #[serde(rename = "product.price_changed")]
    PriceChanged {
        /// What one unit costs.
        price: Price,
    },
    /// The draft is offered.
    #[serde(rename = "product.published")]
    Published {},
    /// It is a draft again.
    #[serde(rename = "product.unpublished")]
    Unpublished {},
    /// It is no longer offered.
    #[serde(rename = "product.archived")]
    Archived {},
    /// What was archived is offered again.
    #[serde(rename = "product.restored")]
    Restored {},
}

// The signature is serde's.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Which rule of products a command would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was never listed.
    #[error("there is no such product")]
    Unknown,
    /// It is listed already.
    #[error("the product is already listed")]
    AlreadyListed,
    /// It is no longer offered.
    #[error("the product is archived")]
    Archived,
    /// Orders and figures of one product are in one currency.
    #[error("a product keeps its currency: {from} cannot become {to}")]
    CurrencyFixed {
        /// What it is priced in.
        from: Currency,
        /// What was asked.
        to: Currency,
    },
    /// More images than [`MAX_IMAGES`].
    #[error("{count} images, at most {MAX_IMAGES} are kept")]
    TooManyImages {
        /// How many came.
        count: usize,
    },
}

fn check_images(images: &[ImageUrl]) -> Result<(), Error> {
    if images.len() > MAX_IMAGES { Err(Error::TooManyImages { count: images.len() }) } else { Ok(()) }
}

impl Aggregate for Product {
    const CATEGORY: &'static str = "product";

    type Id = ProductId;
    type Command = Command;
    type Event = Event;
    type Error = Error;

    fn decide(&self, command: Command) -> Result<Vec<Event>, Error> {
        match (&self.0, command) {
            (None, Command::List { seller, name, description, category, price, images, draft }) => {
                check_images(&images)?;
                Ok(vec![Event::Listed { seller, name, description, category, price, images, draft }])
            }
            (None, _) => Err(Error::Unknown),
            (Some(_), Command::List { .. }) => Err(Error::AlreadyListed),
            (Some(listing), Command::Publish) => Ok(match listing.status {
                Status::Draft => vec![Event::Published {}],
                Status::Active => vec![],
                Status::Archived => vec![Event::Restored {}],
            }),
            (Some(listing), Command::Archive) if listing.status == Status::Archived => Ok(vec![]),
            (Some(_), Command::Archive) => Ok(vec![Event::Archived {}]),
            (Some(listing), _) if listing.status == Status::Archived => Err(Error::Archived),
            (Some(listing), Command::Unpublish) if listing.status == Status::Draft => Ok(vec![]),
            (Some(_), Command::Unpublish) => Ok(vec![Event::Unpublished {}]),
            (Some(listing), Command::ChangeDetails { name, description, category, images }) => {
                check_images(images.as_deref().unwrap_or_default())?;
                let name = name.filter(|new| *new != listing.name);
                let description = description.filter(|new| Some(new) != listing.description.as_ref());
                let category = category.filter(|new| Some(new) != listing.category.as_ref());
                let images = images.filter(|new| *new != listing.images);
                let changed = name.is_some() || description.is_some() || category.is_some() || images.is_some();
                let event = Event::DetailsChanged { name, description, category, images };
                Ok(changed.then_some(event).into_iter().collect())
            }
            (Some(listing), Command::ChangePrice { price }) => {
                let (from, to) = (listing.price.money().currency, price.money().currency);
                if from != to {
                    return Err(Error::CurrencyFixed { from, to });
                }
                Ok(if price == listing.price { vec![] } else { vec![Event::PriceChanged { price }] })
            }
        }
    }

    fn evolve(&mut self, event: &Event) {
        match (event.clone(), &mut self.0) {
            (Event::Listed { seller, name, description, category, price, images, draft }, listing) => {
                let status = if draft { Status::Draft } else { Status::Active };
                *listing = Some(Listing { seller, name, description, category, price, images, status });
            }
            (Event::DetailsChanged { name, description, category, images }, Some(listing)) => {
                listing.name = name.unwrap_or_else(|| listing.name.clone());
                listing.description = description.or_else(|| listing.description.take());
                listing.category = category.or_else(|| listing.category.take());
                listing.images = images.unwrap_or_else(|| listing.images.clone());
            }
            (Event::PriceChanged { price }, Some(listing)) => listing.price = price,
            (Event::Published {} | Event::Restored {}, Some(listing)) => listing.status = Status::Active,
            (Event::Unpublished {}, Some(listing)) => listing.status = Status::Draft,
            (Event::Archived {}, Some(listing)) => listing.status = Status::Archived,
            // Nothing happens to a product before it is listed.
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{given, id, price, text};

    fn listed() -> Event {
        Event::Listed {
            seller: id(1),
            name: text("Teapot"),
            description: Some(text("Holds a litre.")),
            category: None,
            price: price(1999, "EUR"),
            images: vec![],
            draft: false,
        }
    }

    fn list(images: usize) -> Command {
        Command::List {
            seller: id(1),
            name: text("Teapot"),
            description: Some(text("Holds a litre.")),
            category: None,
            price: price(1999, "EUR"),
            images: vec![text("https://example.org/teapot.jpg"); images],
            draft: false,
        }
    }

    fn rename(name: &str) -> Command {
        Command::ChangeDetails { name: Some(text(name)), description: None, category: None, images: None }
    }

    #[test]
    fn is_for_sale_once_listed() {
        given::<Product>([]).when(list(0)).then([listed()]);
        given::<Product>([listed()]).when(list(0)).then_err(Error::AlreadyListed);
        assert!(Product::replay(&[listed()]).for_sale());
    }

    #[test]
    fn nothing_else_comes_before_listing() {
        let change_price = Command::ChangePrice { price: price(1, "EUR") };
        let commands = [rename("Pot"), change_price, Command::Publish, Command::Unpublish, Command::Archive];
        for command in commands {
            given::<Product>([]).when(command).then_err(Error::Unknown);
        }
    }

    #[test]
    fn tells_only_the_details_that_differ() {
        let change = Command::ChangeDetails {
            name: Some(text("Teapot")),
            description: Some(text("Holds two litres.")),
            category: Some(text("Kitchen")),
            images: Some(vec![]),
        };
        let changed = Event::DetailsChanged {
            name: None,
            description: Some(text("Holds two litres.")),
            category: Some(text("Kitchen")),
            images: None,
        };
        given::<Product>([listed()]).when(change.clone()).then([changed.clone()]);
        given::<Product>([listed(), changed]).when(change).then_nothing();
    }

    #[test]
    fn details_that_are_not_told_stay() {
        let renamed =
            Event::DetailsChanged { name: Some(text("Pot")), description: None, category: None, images: None };
        let product = Product::replay(&[listed(), renamed.clone()]);
        assert_eq!(product.name(), Some(&text("Pot")));
        let describe = Command::ChangeDetails {
            name: None,
            description: Some(text("Holds a litre.")),
            category: None,
            images: None,
        };
        given::<Product>([listed(), renamed]).when(describe).then_nothing();
    }

    #[test]
    fn keeps_ten_images_at_most() {
        given::<Product>([]).when(list(11)).then_err(Error::TooManyImages { count: 11 });
        let images = Some(vec![text("https://example.org/teapot.jpg"); 12]);
        given::<Product>([listed()])
            .when(Command::ChangeDetails { name: None, description: None, category: None, images })
            .then_err(Error::TooManyImages { count: 12 });
    }

    #[test]
    fn changes_its_price_but_never_its_currency() {
        let change = |amount, currency| Command::ChangePrice { price: price(amount, currency) };
        let changed = Event::PriceChanged { price: price(2499, "EUR") };
        given::<Product>([listed()]).when(change(2499, "EUR")).then([changed.clone()]);
        given::<Product>([listed(), changed]).when(change(2499, "EUR")).then_nothing();
        given::<Product>([listed()])
            .when(change(1999, "GBP"))
            .then_err(Error::CurrencyFixed { from: text("EUR"), to: text("GBP") });
    }

    #[test]
    fn a_draft_is_not_for_sale_until_it_is_published() {
        let Command::List { seller, name, description, category, price, images, .. } = list(0) else { unreachable!() };
        let draft = Command::List { seller, name, description, category, price, images, draft: true };
        let drafted = Product::default().decide(draft).unwrap();
        assert_eq!(Product::replay(&drafted).status(), Some(Status::Draft));
        assert!(!Product::replay(&drafted).for_sale());
        given::<Product>(drafted.clone()).when(Command::Publish).then([Event::Published {}]);
        given::<Product>(drafted.clone()).when(Command::Unpublish).then_nothing();
        given::<Product>(drafted.clone()).when(rename("Teapot")).then_nothing();
        assert!(Product::replay(drafted.iter().chain(&[Event::Published {}])).for_sale());
    }

    #[test]
    fn a_product_can_become_a_draft_again() {
        given::<Product>([listed()]).when(Command::Publish).then_nothing();
        given::<Product>([listed()]).when(Command::Unpublish).then([Event::Unpublished {}]);
        assert_eq!(Product::replay(&[listed(), Event::Unpublished {}]).status(), Some(Status::Draft));
    }

    #[test]
    fn what_was_archived_can_be_offered_again() {
        let archived = || [listed(), Event::Archived {}];
        given::<Product>(archived()).when(Command::Publish).then([Event::Restored {}]);
        given::<Product>(archived()).when(Command::Unpublish).then_err(Error::Archived);
        let restored = Product::replay(archived().iter().chain(&[Event::Restored {}]));
        assert!(restored.for_sale());
        assert_eq!(restored.decide(rename("Pot")).map(|events| events.len()), Ok(1));
    }

    #[test]
    fn an_archived_product_stays_as_it_is() {
        let archived = || [listed(), Event::Archived {}];
        given::<Product>([listed()]).when(Command::Archive).then([Event::Archived {}]);
        given::<Product>(archived()).when(Command::Archive).then_nothing();
        given::<Product>(archived()).when(rename("Pot")).then_err(Error::Archived);
        given::<Product>(archived()).when(Command::ChangePrice { price: price(1, "EUR") }).then_err(Error::Archived);
        assert!(!Product::replay(&archived()).for_sale());
    }
}
