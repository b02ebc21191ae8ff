//! What holds whatever happens, tried on histories that nobody thought of.

mod accounts;
mod alone;
mod books;
mod orders;
mod owners;
mod timers;
mod together;
mod wishes;
mod world;
