//! What each read model makes of the events. One file per read model.

mod inventory;
mod orders;
mod products;
mod stock;
mod users;

pub use inventory::Inventories;
pub use orders::Orders;
pub use products::Products;
pub use users::Users;
