//! What is measured, a file for each kind.

pub(crate) mod books;
pub(crate) mod commands;
pub(crate) mod http_commands;
pub(crate) mod memory;
pub(crate) mod orders;
pub(crate) mod projections;
pub(crate) mod queries;
