//! How sellers offer products.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use domain::inventory::{self, Inventory, MAX_MOVEMENT};
use domain::money::Price;
use domain::product::{self, Product};
use domain::text::{CategoryName, Description, ImageUrl, ProductName};
use domain::user::User;
use domain::{Aggregate, ProductId};
use event_store::Stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use web::fields::Fields;
use web::json::Json;
use web::params::Path;
use web::problem::Problem;

use super::Changed;
use crate::app::{App, require_seller};
use crate::call::Call;
use crate::money::{Amount, units};
use crate::openapi::{Always, Body, Existing, Forbidden, Session};
use crate::receipt::Reply;
use crate::rules;

/// A product to offer.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewProduct {
    #[schema(min_length = 1, max_length = 200, example = "Blue teapot")]
    name: String,
    #[schema(max_length = 5000)]
    description: Option<String>,
    #[schema(min_length = 1, max_length = 64, example = "Kitchen")]
    category: Option<String>,
    price: Amount,
    /// Units that are there from the start.
    #[schema(minimum = 0, maximum = 1_000_000)]
    initial_stock: Option<i64>,
    /// Addresses of pictures, each beginning with `https://`.
    #[schema(max_items = 10, example = json!(["https://shop.example.org/teapot.jpg"]))]
    images: Option<Vec<String>>,
    /// Whether it is kept from buyers until it is published.
    draft: Option<bool>,
}

impl NewProduct {
    /// The command to list the product, and the units to take in.
    fn parse(self, seller: domain::UserId) -> Result<(product::Command, Option<u32>), Problem> {
        let mut fields = Fields::new();
        let stock = match self.initial_stock {
            None | Some(0) => Some(None),
            Some(count) => units("/initial_stock", count, MAX_MOVEMENT, &mut fields).map(Some),
        };
        let name = fields.parse("/name", self.name, ProductName::try_from);
        let description = fields.parse_some("/description", self.description, Description::try_from);
        let category = fields.parse_some("/category", self.category, CategoryName::try_from);
        let price = self.price.price("/price", &mut fields);
        let images = parse_images(self.images.unwrap_or_default(), &mut fields);
        let draft = self.draft.unwrap_or_default();
        fields.finish(|| {
            let (name, description, category) = (name?, description?, category?);
            let (price, images) = (price?, images?);
            Some((product::Command::List { seller, name, description, category, price, images, draft }, stock?))
        })
    }
}

fn parse_images(images: Vec<String>, fields: &mut Fields) -> Option<Vec<ImageUrl>> {
    let mut parsed = Vec::with_capacity(images.len());
    for (index, image) in images.into_iter().enumerate() {
        parsed.push(fields.parse(format!("/images/{index}"), image, ImageUrl::try_from));
    }
    parsed.into_iter().collect()
}

/// Offers a product, or keeps it as a draft.
#[utoipa::path(
    post, path = "/api/products", tag = "products", security(("session" = [])),
    responses((status = 201, description = "It is offered, or a draft", body = Changed, headers(("Location" = String, description = "Where it is"))), Session, Always, Body, Forbidden)
)]
pub(super) async fn list_product(
    State(app): State<Arc<App>>,
    call: Call,
    Json(body): Json<NewProduct>,
) -> Result<Response, Problem> {
    require_seller(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let (list, stock) = body.parse(call.user())?;
    let id: ProductId = command.new_id();
    // The product and its stock have one id, and begin in one append.
    command
        .run([Stream::of::<Product>(id), Stream::of::<Inventory>(id)], move |draft| {
            let events = draft.state::<Product>(id).decide(list.clone()).map_err(rules::of_product)?;
            let version = draft.add::<Product>(id, events);
            if let Some(quantity) = stock {
                let receive = inventory::Command::Receive { quantity, reference: None };
                let received = draft.state::<Inventory>(id).decide(receive);
                let received = received.map_err(|error| rules::of_inventory(error, "/initial_stock"))?;
                draft.add::<Inventory>(id, received);
            }
            let location = Some(format!("/api/products/{id}"));
            Ok(Reply::created(location, &Changed { id: id.into(), version }))
        })
        .await
}

/// What to change about a product; what is absent stays.
#[derive(Clone, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductChange {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 5000)]
    description: Option<String>,
    #[schema(min_length = 1, max_length = 64)]
    category: Option<String>,
    /// In the currency that the product has.
    price: Option<Amount>,
    #[schema(max_items = 10)]
    images: Option<Vec<String>>,
}

impl ProductChange {
    fn parse(self) -> Result<(product::Command, Option<Price>), Problem> {
        let mut fields = Fields::new();
        let name = fields.parse_some("/name", self.name, ProductName::try_from);
        let description = fields.parse_some("/description", self.description, Description::try_from);
        let category = fields.parse_some("/category", self.category, CategoryName::try_from);
        let price = match self.price {
            None => Some(None),
            Some(price) => price.price("/price", &mut fields).map(Some),
        };
        let images = match self.images {
            None => Some(None),
            Some(images) => parse_images(images, &mut fields).map(Some),
        };
        fields.finish(|| {
            let (name, description, category, images) = (name?, description?, category?, images?);
            Some((product::Command::ChangeDetails { name, description, category, images }, price?))
        })
    }
}

/// Describes or prices a product differently. Orders that were placed keep what they were placed at.
#[utoipa::path(
    patch, path = "/api/products/{id}", tag = "products", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 200, description = "It is changed", body = Changed), Session, Always, Body, Existing, Forbidden)
)]
pub(super) async fn change_product(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
    Json(body): Json<ProductChange>,
) -> Result<Response, Problem> {
    require_seller(&*app.user(&call).await?)?;
    let command = app.command(&call, &body)?;
    let (details, price) = body.parse()?;
    let (id, seller) = (ProductId::from(id), call.user());
    command
        .run([Stream::of::<Product>(id)], move |draft| {
            let product = draft.accessible::<Product>(id, |product| product.seller() == Some(seller))?;
            draft.check_version::<Product>(id)?;
            let mut events = product.decide(details.clone()).map_err(rules::of_product)?;
            if let Some(price) = price {
                events.extend(product.decide(product::Command::ChangePrice { price }).map_err(rules::of_product)?);
            }
            let version = draft.add::<Product>(id, events);
            Ok(Reply::ok(&Changed { id: id.into(), version }))
        })
        .await
}

/// Offers a draft, or again what was archived.
#[utoipa::path(
    post, path = "/api/products/{id}/publication", tag = "products", params(("id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 204, description = "It is offered"), Session, Always, Existing, Forbidden)
)]
pub(super) async fn publish_product(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    put_on(&app, &call, id, product::Command::Publish).await
}

/// Makes a product a draft again. Orders that were placed go on.
#[utoipa::path(
    delete, path = "/api/products/{id}/publication", tag = "products", params(("id" = Uuid, Path)),
    security(("session" = [])),
    responses((status = 204, description = "It is a draft"), Session, Always, Existing, Forbidden)
)]
pub(super) async fn unpublish_product(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    put_on(&app, &call, id, product::Command::Unpublish).await
}

async fn put_on(app: &App, call: &Call, id: Uuid, status: product::Command) -> Result<Response, Problem> {
    require_seller(&*app.user(call).await?)?;
    let command = app.command(call, &())?;
    let (id, seller) = (ProductId::from(id), call.user());
    command
        .run([Stream::of::<Product>(id)], move |draft| {
            let product = draft.accessible::<Product>(id, |product| product.seller() == Some(seller))?;
            draft.check_version::<Product>(id)?;
            draft.add::<Product>(id, product.decide(status.clone()).map_err(rules::of_product)?);
            Ok(Reply::no_content())
        })
        .await
}

/// Offers a product no longer. Its history stays, and its seller may publish it again.
#[utoipa::path(
    delete, path = "/api/products/{id}", tag = "products", params(("id" = Uuid, Path)), security(("session" = [])),
    responses((status = 204, description = "It is archived"), Session, Always, Existing)
)]
pub(super) async fn archive_product(
    State(app): State<Arc<App>>,
    call: Call,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let user = app.user(&call).await?;
    let admin = user.is_admin() && call.caller.staff;
    if !admin {
        may_archive(&user)?;
    }
    let command = app.command(&call, &())?;
    let (id, seller) = (ProductId::from(id), call.user());
    command
        .run([Stream::of::<Product>(id)], move |draft| {
            let product = draft.accessible::<Product>(id, |product| admin || product.seller() == Some(seller))?;
            draft.check_version::<Product>(id)?;
            let events = product.decide(product::Command::Archive).map_err(rules::of_product)?;
            draft.add::<Product>(id, events);
            Ok(Reply::no_content())
        })
        .await
}

/// Sellers may; admins may in a session with a second factor where it is required.
fn may_archive(user: &User) -> Result<(), Problem> {
    match (user.is_seller(), user.is_admin()) {
        (false, true) => Err(Problem::second_factor_required()),
        _ => require_seller(user),
    }
}
