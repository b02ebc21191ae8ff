//! What holds whatever happens, tried on histories that nobody thought of.

mod alone;
mod books;
mod together;
mod wishes;
mod world;
