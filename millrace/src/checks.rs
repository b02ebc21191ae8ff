//! What a process must find well to be ready.

use std::{future::Future, pin::Pin, sync::Arc};

use event_store::Store;
use projectors::Status;
use web::keys::SigningKeys;

type Found = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Redis answers and has this version of the append function.
pub(crate) fn redis_is_ready(store: &Store) -> impl Fn() -> Found + Send + Sync + 'static {
    let store = store.clone();
    move || {
        let store = store.clone();
        Box::pin(async move {
            match store.is_ready().await {
                Ok(true) => Ok(()),
                Ok(false) => Err("another version of the append function, or none".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        })
    }
}

/// The key that is to sign is there.
pub(crate) fn keys_are_there(keys: SigningKeys) -> impl Fn() -> Found + Send + Sync + 'static {
    move || {
        let checked = keys.check().map_err(|error| error.to_string());
        Box::pin(async move { checked })
    }
}

/// No consumer stands still.
pub(crate) fn they_work(status: Arc<Status>) -> impl Fn() -> Found + Send + Sync + 'static {
    move || {
        let faults = status.faults();
        let named = faults.iter().map(|(group, fault)| format!("{group}: {fault}")).collect::<Vec<_>>().join("; ");
        Box::pin(async move { if named.is_empty() { Ok(()) } else { Err(named) } })
    }
}
