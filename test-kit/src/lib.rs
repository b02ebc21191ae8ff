//! Real servers and small tools for the tests of every crate.
