//! A rehearsal from outside: what is planned from a small history, and how it is played in a shop that misbehaves.

mod fake_shop;
mod planning;
mod playing;
