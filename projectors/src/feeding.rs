//! A worker for every generation of a read model that is to be kept up to date, as they come and go.

use std::{collections::BTreeMap, time::Duration};

use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    consumers::Process,
    generations::{self, Generation},
    projection::{Projection, ProjectionSink},
    schema,
};

/// How often it is looked which generations there are.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Feeds the generations of one read model until told to stop. While Postgres is away, nothing begins or ends.
pub(crate) async fn feed<P: Projection>(process: Process, stop: CancellationToken) {
    let home = schema::pool(&process.settings.database, P::NAME, 1);
    let mut fed = BTreeMap::<i32, DropGuard>::new();
    while !stop.is_cancelled() {
        let found = async { generations::all(&mut *home.acquire().await?, P::NAME).await };
        match found.await {
            Ok(found) => {
                process.status.works(P::NAME);
                let found: Vec<_> = found.into_iter().filter(Generation::is_fed).collect();
                fed.retain(|number, _| found.iter().any(|generation| generation.number == *number));
                for generation in found {
                    fed.entry(generation.number).or_insert_with(|| {
                        let end = stop.child_token();
                        start::<P>(&process, &generation, end.clone());
                        end.drop_guard()
                    });
                }
            }
            Err(error) => process.status.failed(P::NAME, &error.into()),
        }
        let _ = tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await;
    }
}

/// Feeds one generation until told to stop.
pub(crate) fn start<P: Projection>(process: &Process, generation: &Generation, stop: CancellationToken) {
    let pool = schema::pool_of(&process.settings.database, generation, 3);
    let sink = ProjectionSink::<P>::new(pool.clone(), process.settings.store.clone());
    process.spawn(generation.schema(), P::CATEGORIES, pool, sink, stop);
}
