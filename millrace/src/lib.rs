//! The operator's command line, and the whole shop in one process.
