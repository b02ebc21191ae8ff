//! Routes that change something.
