//! Redis Streams as the log of everything that happened.
