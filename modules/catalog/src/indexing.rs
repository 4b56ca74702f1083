//! The search index is made of the products: should it ever lack some, as after a copy into the other kind of
//! database, they are learnt again.

use platform::db::{Conn, Db, DbError};
use tokio_util::sync::CancellationToken;

use crate::store::{product, search};

const BATCH: i64 = 500;

pub async fn run(db: Db, stop: CancellationToken) {
    while !stop.is_cancelled() {
        match learn_some(&db).await {
            Ok(0) => break,
            Ok(learnt) => tracing::info!(learnt, "products were not in the search index"),
            Err(error) => {
                tracing::warn!(%error, "the search index cannot be completed");
                break;
            }
        }
    }
    stop.cancelled().await;
}

/// All of it anew, within the transaction that has just filled the other tables.
pub fn rebuild(conn: &mut Conn) -> Result<(), DbError> {
    search::forget_all(conn)?;
    let mut last = 0;
    loop {
        let ids = search::all_after(conn, last, BATCH)?;
        let Some(highest) = ids.last() else {
            return Ok(());
        };
        last = *highest;
        let found = product::by_ids(conn, &ids)?;
        let products: Vec<_> = found
            .iter()
            .map(|(id, found)| (*id, &found.product))
            .collect();
        search::learn(conn, &products)?;
    }
}

async fn learn_some(db: &Db) -> Result<usize, DbError> {
    let missing = db.read(|conn| search::missing(conn, BATCH)).await?;
    let count = missing.len();
    if count > 0 {
        db.write(move |conn| learn(conn, &missing)).await?;
    }
    Ok(count)
}

fn learn(conn: &mut Conn, ids: &[i64]) -> Result<(), DbError> {
    let found = product::by_ids(conn, ids)?;
    let products: Vec<_> = found
        .iter()
        .map(|(id, found)| (*id, &found.product))
        .collect();
    search::forget(conn, ids)?;
    search::learn(conn, &products)
}
