//! What each read model makes of the events. One file per read model.

mod addresses;
mod inventory;
mod messages;
mod orders;
mod products;
mod sessions;
mod stock;
mod subscriptions;
mod users;

pub use inventory::Inventories;
pub use orders::Orders;
pub use products::Products;
pub use subscriptions::Subscriptions;
pub use users::Users;

/// What becomes of `$body` where `$P` is the read model of this name; `None` where there is no such one.
macro_rules! of_name {
    ($name:expr, $P:ident => $body:expr) => {{
        use $crate::{projection::Projection, read_models};
        match $name {
            read_models::Users::NAME => {
                type $P = read_models::Users;
                Some($body)
            }
            read_models::Products::NAME => {
                type $P = read_models::Products;
                Some($body)
            }
            read_models::Inventories::NAME => {
                type $P = read_models::Inventories;
                Some($body)
            }
            read_models::Orders::NAME => {
                type $P = read_models::Orders;
                Some($body)
            }
            read_models::Subscriptions::NAME => {
                type $P = read_models::Subscriptions;
                Some($body)
            }
            _ => None,
        }
    }};
}
pub(crate) use of_name;
