//! Private Redis and Postgres servers for a laptop and for tests.
