//! The catalogue: products, their stock, and what is shown of their sellers.
//!
//! Three categories feed it, each into a table of its own, so that a row belongs to one aggregate.

use std::collections::BTreeMap;

use domain::{
    Aggregate,
    inventory::Inventory,
    product::{self, Product, Status},
    user::{self, User},
};
use event_store::{Positioned, Record, Recorded};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::stock::{self, Stock};
use crate::{
    copy::{Copied, Copies, Line},
    projection::{Projection, Touched, Unfoldable},
    runtime::Urgency,
};

/// The read model `products`.
pub enum Products {}

/// The rows of a turn.
#[derive(Default)]
pub struct Rows {
    products: BTreeMap<Uuid, ProductRow>,
    stock: BTreeMap<Uuid, Stock>,
    sellers: BTreeMap<Uuid, SellerRow>,
}

struct ProductRow {
    id: Uuid,
    version: i64,
    seller: Uuid,
    name: String,
    description: Option<String>,
    category: Option<String>,
    price_amount: i64,
    price_currency: String,
    images: Vec<String>,
    status: String,
    listed_at: OffsetDateTime,
    offered_at: Option<OffsetDateTime>,
    changed_at: OffsetDateTime,
}

struct SellerRow {
    id: Uuid,
    version: i64,
    shop_name: Option<String>,
    opened_at: OffsetDateTime,
    suspended: bool,
    erased: bool,
}

impl Projection for Products {
    const NAME: &'static str = "products";
    const CATEGORIES: &'static [&'static str] = &[Product::CATEGORY, Inventory::CATEGORY, User::CATEGORY];
    const PRIVATE: &'static [&'static str] = &[User::CATEGORY];
    const TABLES: &'static [(&'static str, &'static str, &'static str)] = &[
        ("products", Product::CATEGORY, "id"),
        ("stock", Inventory::CATEGORY, "id"),
        ("sellers", User::CATEGORY, "id"),
    ];
    type Rows = Rows;

    fn urgency(event: &Recorded) -> Urgency {
        stock::urgency(event)
    }

    async fn load(connection: &mut PgConnection, touched: &Touched) -> sqlx::Result<Rows> {
        // Most turns are about stock alone: what nothing touches is not asked for.
        let mut rows = Rows::default();
        let ids = touched.of(Product::CATEGORY);
        if !ids.is_empty() {
            let products = sqlx::query_as!(
                ProductRow,
                "select id, version, seller, name, description, category, price_amount, price_currency, images, status,
                        listed_at, offered_at, changed_at
                 from products where id = any($1)",
                &ids
            );
            rows.products = products.fetch_all(&mut *connection).await?.into_iter().map(|row| (row.id, row)).collect();
        }
        let ids = touched.of(Inventory::CATEGORY);
        if !ids.is_empty() {
            let stock = sqlx::query_as!(
                Stock,
                "select id, version, on_hand, reserved, threshold from stock where id = any($1)",
                &ids
            );
            rows.stock = stock.fetch_all(&mut *connection).await?.into_iter().map(|row| (row.id, row)).collect();
        }
        let ids = touched.of(User::CATEGORY);
        if !ids.is_empty() {
            let sellers = sqlx::query_as!(
                SellerRow,
                "select id, version, shop_name, opened_at, suspended, erased from sellers where id = any($1)",
                &ids
            );
            rows.sellers = sellers.fetch_all(&mut *connection).await?.into_iter().map(|row| (row.id, row)).collect();
        }
        Ok(rows)
    }

    fn fold(rows: &mut Rows, Positioned { event, .. }: &Positioned, private: &Record) -> Result<(), Unfoldable> {
        match event.category() {
            Product::CATEGORY => rows.product(event),
            Inventory::CATEGORY => rows.stock(event),
            User::CATEGORY => rows.seller(event, private),
            other => Err(Unfoldable::Category(other.to_owned())),
        }
    }

    async fn save(rows: Rows, connection: &mut PgConnection) -> sqlx::Result<()> {
        save_products(rows.products.into_values().collect(), connection).await?;
        save_stock(rows.stock.into_values().collect(), connection).await?;
        save_sellers(rows.sellers.into_values().collect(), connection).await
    }

    fn drain(_: &mut Rows, _: &mut Copies) {}

    fn copy(rows: Rows, copies: &mut Copies) {
        rows.products.values().for_each(|row| copies.add(row));
        rows.stock.values().for_each(|row| copies.add(row));
        rows.sellers.values().for_each(|row| copies.add(row));
    }
}

impl Copied for ProductRow {
    const TABLE: &'static str = "products";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("version", &self.version).put("seller", &self.seller).put("name", &self.name);
        line.put("description", &self.description).put("category", &self.category);
        line.put("price_amount", &self.price_amount).put("price_currency", &self.price_currency);
        line.put("images", &self.images).put("status", &self.status);
        line.put("listed_at", &self.listed_at).put("offered_at", &self.offered_at).put("changed_at", &self.changed_at);
    }
}

impl Copied for SellerRow {
    const TABLE: &'static str = "sellers";

    fn put(&self, line: &mut Line<'_>) {
        line.put("id", &self.id).put("version", &self.version);
        line.put("shop_name", &self.shop_name).put("opened_at", &self.opened_at);
        line.put("suspended", &self.suspended).put("erased", &self.erased);
    }
}

impl ProductRow {
    fn put_on(&mut self, status: Status) {
        status.as_str().clone_into(&mut self.status);
    }
}

impl Rows {
    fn product(&mut self, event: &Recorded) -> Result<(), Unfoldable> {
        let what = event.event::<Product>()?;
        if let product::Event::Listed { seller, name, description, category, price, images, draft } = what {
            let (price, at) = (price.money(), event.time()?);
            let status = if draft { Status::Draft } else { Status::Active };
            let row = ProductRow {
                id: event.id,
                version: event.version as i64,
                seller: seller.into(),
                name: name.into(),
                description: description.map(Into::into),
                category: category.map(Into::into),
                price_amount: price.amount as i64,
                price_currency: price.currency.into(),
                images: images.into_iter().map(Into::into).collect(),
                status: status.as_str().to_owned(),
                listed_at: at,
                offered_at: (!draft).then_some(at),
                changed_at: at,
            };
            self.products.insert(event.id, row);
            return Ok(());
        }
        let (row, at) = (self.products.get_mut(&event.id).ok_or(Unfoldable::NoRow)?, event.time()?);
        match what {
            product::Event::Listed { .. } => {}
            product::Event::DetailsChanged { name, description, category, images } => {
                row.name = name.map_or_else(|| std::mem::take(&mut row.name), Into::into);
                row.description = description.map(Into::into).or(row.description.take());
                row.category = category.map(Into::into).or(row.category.take());
                if let Some(images) = images {
                    row.images = images.into_iter().map(Into::into).collect();
                }
            }
            product::Event::PriceChanged { price } => row.price_amount = price.money().amount as i64,
            product::Event::Published {} | product::Event::Restored {} => {
                row.put_on(Status::Active);
                row.offered_at.get_or_insert(at);
            }
            product::Event::Unpublished {} => row.put_on(Status::Draft),
            product::Event::Archived {} => row.put_on(Status::Archived),
        }
        row.version = event.version as i64;
        row.changed_at = at;
        Ok(())
    }

    fn stock(&mut self, event: &Recorded) -> Result<(), Unfoldable> {
        let row = self.stock.entry(event.id).or_insert_with(|| Stock::none(event.id));
        row.fold(event.version, &event.event::<Inventory>()?);
        Ok(())
    }

    fn seller(&mut self, event: &Recorded, private: &Record) -> Result<(), Unfoldable> {
        let what = event.event::<User>()?;
        if let user::Event::ShopOpened { .. } = what {
            let (id, opened_at) = (event.id, event.time()?);
            let row = SellerRow { id, version: 0, shop_name: None, opened_at, suspended: false, erased: false };
            self.sellers.insert(event.id, row);
        }
        if let Some(row) = self.sellers.get_mut(&event.id) {
            row.suspended |= matches!(what, user::Event::Suspended { .. });
            row.suspended &= !matches!(what, user::Event::Reinstated {});
            row.erased |= matches!(what, user::Event::Erased { .. });
            row.version = event.version as i64;
            row.shop_name = private.get("shop_name").map(str::to_owned);
        }
        Ok(())
    }
}

async fn save_products(rows: Vec<ProductRow>, connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    // An array of arrays would have to be rectangular: the images travel as one text each, and no URL holds a space.
    sqlx::query!(
        "insert into products (id, version, seller, name, description, category, price_amount, price_currency, images,
                               status, listed_at, offered_at, changed_at)
         select id, version, seller, name, description, category, price_amount, price_currency,
                string_to_array(images, ' '), status, listed_at, offered_at, changed_at
         from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[],
                     $9::text[], $10::text[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[])
           as r (id, version, seller, name, description, category, price_amount, price_currency, images, status,
                 listed_at, offered_at, changed_at)
         on conflict (id) do update set
           version = excluded.version, name = excluded.name, description = excluded.description,
           category = excluded.category, price_amount = excluded.price_amount, images = excluded.images,
           status = excluded.status, offered_at = excluded.offered_at,
           changed_at = excluded.changed_at",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.seller).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.description.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.category.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.price_amount).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.price_currency.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.images.join(" ")).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.status.clone()).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.listed_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.offered_at).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        &rows.iter().map(|row| row.changed_at).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_stock(rows: Vec<Stock>, connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into stock (id, version, on_hand, reserved, threshold)
         select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
         on conflict (id) do update set
           version = excluded.version, on_hand = excluded.on_hand, reserved = excluded.reserved,
           threshold = excluded.threshold",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.on_hand).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.reserved).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.threshold).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn save_sellers(rows: Vec<SellerRow>, connection: &mut PgConnection) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "insert into sellers (id, version, shop_name, opened_at, suspended, erased)
         select * from unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::bool[], $6::bool[])
         on conflict (id) do update set
           version = excluded.version, shop_name = excluded.shop_name, suspended = excluded.suspended,
           erased = excluded.erased",
        &rows.iter().map(|row| row.id).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.version).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.shop_name.clone()).collect::<Vec<_>>() as &[Option<String>],
        &rows.iter().map(|row| row.opened_at).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.suspended).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.erased).collect::<Vec<_>>(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
