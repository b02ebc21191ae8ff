//! Consumers that turn events into rows and further commands.
