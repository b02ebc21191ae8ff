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

/// Hands every read model there is to a macro of the caller's, with its folder of migrations and behind whatever else is
/// given: `each_read_model!(name …)` becomes `name! { [ … ] Users "../migrations/users", … }`. Who adds a read model enters it
/// here, and nowhere else in code that goes through all of them.
macro_rules! each_read_model {
    ($name:ident $($with:tt)*) => {
        $name! {
            [$($with)*]
            Users "../migrations/users",
            Products "../migrations/products",
            Inventories "../migrations/inventory",
            Orders "../migrations/orders",
            Subscriptions "../migrations/subscriptions",
        }
    };
}
pub(crate) use each_read_model;

/// What becomes of `$body` where `$P` is the read model of this name; `None` where there is no such one.
macro_rules! of_name {
    ($name:expr, $P:ident => $body:expr) => {{
        use $crate::read_models::{each_read_model, match_name};
        each_read_model!(match_name $name, $P => $body)
    }};
}
pub(crate) use of_name;

macro_rules! match_name {
    ([$name:expr, $P:ident => $body:expr] $($read_model:ident $folder:literal,)+) => {{
        use $crate::{projection::Projection, read_models};
        match $name {
            $(read_models::$read_model::NAME => {
                type $P = read_models::$read_model;
                Some($body)
            })+
            _ => None,
        }
    }};
}
pub(crate) use match_name;
