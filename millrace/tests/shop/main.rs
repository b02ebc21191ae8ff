//! The whole shop as its users meet it: the `millrace` binary with real servers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has nothing better to do than to panic")]

mod browser;
mod customer;
mod ear;
mod nginx;
mod running;

mod actions;
mod bench;
mod chaos;
mod commands;
mod conversation;
mod crash;
mod cross_site;
mod dead_letters;
mod deployment_files;
mod docs_page;
mod doctor;
mod documents;
mod edges;
mod erasure;
mod gateway;
mod keys;
mod least_privilege;
mod lifecycle;
mod live;
mod mails;
mod matrix;
mod metrics;
mod orders;
#[cfg(feature = "otlp")]
mod otlp;
mod outage;
mod payments;
mod prometheus;
mod readme;
mod recovery;
mod refusals;
mod replay;
mod rolling;
mod runbook;
mod services;
mod sessions;
mod staff;
mod standby;
mod storefront;
mod storm;
mod story;
mod tls;
mod traces;
mod up;
mod users;
mod webhooks;
