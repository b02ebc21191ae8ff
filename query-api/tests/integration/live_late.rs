//! What the rows get late, when others behind it in its feed have long been told.

use query_api::settings::Live;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::actors::Seller;
use crate::ear::{Ear, notify, process};
use crate::orders::sale;
use crate::rows::{Goods, at, partition};

/// The moments of an order, at their places.
const MOMENT: &str = "insert into orders_g1.timeline (order_id, version, kind, actor, at, status, partition, position)
    values ($1, $2, 'order.step' || $2, 'user:x', $3, 'paid', $4, $5)";
/// Messages in it.
const MESSAGE: &str = "insert into orders_g1.messages (order_id, number, author, party, at, partition, position)
    values ($1, $2, $1, 'buyer', $3, $4, $5)";
/// Movements of a product.
const MOVEMENT: &str =
    "insert into inventory_g1.movements (product_id, version, kind, on_hand_change, reserved_change, on_hand,
    reserved, actor, at, partition, position) values ($1, $2, 'adjusted', 1, 0, $2, 0, 'user:x', $3, $4, $5)";

/// What can be late: how its row is written, where its number is kept, and what says in the event which one it is.
struct Kind {
    row: &'static str,
    late: &'static str,
    read_model: &'static str,
    event: &'static str,
    pointer: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        row: MOMENT,
        late: "insert into orders.late values ('order', $1, $2, $3)",
        read_model: "orders",
        event: "order",
        pointer: "/version",
    },
    Kind {
        row: MESSAGE,
        late: "insert into orders.late values ('message', $1, $2, $3)",
        read_model: "orders",
        event: "message",
        pointer: "/number",
    },
    Kind {
        row: MOVEMENT,
        late: "insert into inventory.late values ('inventory', $1, $2, $3)",
        read_model: "inventory",
        event: "stock",
        pointer: "/stock_exact/version",
    },
];

impl Kind {
    async fn write(&self, rows: &mut PgConnection, id: Uuid, version: i64, position: i64) {
        let row = sqlx::query(self.row).bind(id).bind(version).bind(at(version)).bind(partition(id)).bind(position);
        row.execute(rows).await.unwrap();
    }

    /// Writes a row in time.
    async fn in_time(&self, rows: &PgPool, id: Uuid, version: i64, position: i64) {
        self.write(&mut rows.acquire().await.unwrap(), id, version, position).await;
        notify(rows, self.read_model).await;
    }

    /// Writes rows late, each with its version, place and number.
    async fn late(&self, rows: &PgPool, id: Uuid, late: &[[i64; 3]]) {
        let mut transaction = rows.begin().await.unwrap();
        for [version, position, number] in late {
            self.write(&mut transaction, id, *version, *position).await;
            let insert = sqlx::query(self.late).bind(partition(id)).bind(number).bind(position);
            insert.execute(&mut *transaction).await.unwrap();
        }
        transaction.commit().await.unwrap();
        notify(rows, self.read_model).await;
    }

    async fn hears(&self, ear: &mut Ear, versions: &[i64]) {
        for version in versions {
            let heard = ear.next().await.unwrap();
            assert_eq!(
                (heard.event.as_str(), heard.data.pointer(self.pointer)),
                (self.event, Some(&(*version).into()))
            );
        }
    }
}

#[tokio::test]
async fn what_comes_late_is_told_once_to_who_listens_and_to_who_comes_back() {
    for kind in KINDS {
        let sale = sale("paid").await;
        let (shop, seller) = (&sale.shop, Seller(sale.ann.0));
        let product = Goods { stock: (0, 0), ..Goods::of(seller.0) }.list(&shop.rows).await;
        let id = if kind.event == "stock" { product } else { sale.order };
        // Moments concern the buyer here, movements the seller.
        let open = async |last: Option<&str>| {
            let (service, ..) = process(shop, Live::default());
            match kind.event {
                "stock" => Ear::open(&service, &seller, &format!("/api/live?products={}", sale.order), last).await,
                _ => Ear::open(&service, &sale.buyer, "/api/live", last).await,
            }
        };
        let (mut listening, mut cut) = (open(None).await, open(None).await);
        kind.in_time(&shop.rows, id, 1, 5).await;
        kind.hears(&mut listening, &[1]).await;
        kind.hears(&mut cut, &[1]).await;

        // One of them at a place that nobody has passed.
        kind.late(&shop.rows, id, &[[2, 2, 1], [3, 3, 2], [4, 7, 3]]).await;
        kind.hears(&mut listening, &[2, 3, 4]).await;
        kind.in_time(&shop.rows, id, 5, 8).await;
        kind.hears(&mut listening, &[5]).await;

        let mut back = open(Some(&cut.id)).await;
        kind.hears(&mut back, &[2]).await;
        let mut back = open(Some(&back.id)).await;
        kind.hears(&mut back, &[3, 4]).await;
        let mut back = open(Some(&back.id)).await;
        kind.hears(&mut back, &[5]).await;
        kind.in_time(&shop.rows, id, 6, 9).await;
        kind.hears(&mut back, &[6]).await;
        kind.hears(&mut listening, &[6]).await;
        // Who comes new hears of nothing that was.
        let mut new = open(None).await;
        kind.in_time(&shop.rows, id, 7, 10).await;
        kind.hears(&mut new, &[7]).await;
    }
}
