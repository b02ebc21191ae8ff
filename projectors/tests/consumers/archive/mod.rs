//! The archive holds the log, and what left the log can be read again.

mod copies;
mod healing;
mod joined;
mod records;
mod restoring;
mod trimming;

pub(crate) use restoring::{flush, fresh};
