//! Routes that show something.
