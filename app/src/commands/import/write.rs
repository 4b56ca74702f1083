use catalog::api::{CategoryDraft, PutCategories};
use platform::ports::Answers as _;
use stock::api::OnHand;

use super::entry::{Entry, Read, sku};
use super::plan::{Batches, Plan, bar};
use super::shelves::{Shelves, ctx};
use crate::failure::Failure;

/// Why the stock of a SKU changed, for who looks at it later.
const REASON: &str = "import";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub created: usize,
    pub updated: usize,
}

/// Carries the plan out. Stock comes first: stock of what nobody sells yet is not seen, products without stock are.
/// Every portion is one commit; to do it all again changes nothing that is done already.
pub async fn write(
    shelves: &Shelves,
    entries: &[Entry],
    plan: &Plan,
    read: Read<'_>,
) -> Result<Written, Failure> {
    if !plan.new_categories.is_empty() {
        put_categories(shelves, plan).await?;
    }
    let bar = bar("writing", entries.len());
    let mut batches = Batches::new(entries);
    let mut written = Written::default();
    while let Some(batch) = batches.next(&mut *read) {
        let stock = batch
            .drafts
            .iter()
            .flat_map(|(index, _)| entries[*index].on_hand());
        let stock = stock
            .filter_map(|(name, on_hand, _)| {
                Some(OnHand {
                    sku: sku(name)?,
                    on_hand,
                })
            })
            .collect();
        let unreadable = batch
            .unreadable
            .first()
            .map(|complaint| complaint.what.clone());
        if let Some(why) = unreadable {
            return Err(changed(&why));
        }
        shelves.put_on_hand(stock, REASON).await?;
        let count = batch.drafts.len();
        let report = shelves
            .put_products(batch.drafts.into_iter().map(|(_, draft)| draft).collect())
            .await?;
        if let Some(complaint) = report.complaints.first() {
            return Err(changed(&format!(
                "{}: {} {}",
                complaint.sku, complaint.field, complaint.what
            )));
        }
        written.created += report.created;
        written.updated += report.updated;
        bar.inc(count as u64);
    }
    bar.finish_and_clear();
    for db in [&shelves.catalog.db, &shelves.stock.db] {
        db.catch_up().await.map_err(Failure::other)?;
    }
    Ok(written)
}

async fn put_categories(shelves: &Shelves, plan: &Plan) -> Result<(), Failure> {
    let there = plan.categories.iter();
    let there = there.map(|card| CategoryDraft {
        slug: card.slug.clone(),
        name: card.name.clone(),
    });
    let categories = there.chain(plan.new_categories.iter().cloned()).collect();
    let report = shelves
        .catalog
        .answer(
            PutCategories {
                categories,
                who: "command line".to_owned(),
            },
            &ctx(),
        )
        .await?;
    match report.complaints.first() {
        Some(complaint) => Err(changed(&format!(
            "{}: {} {}",
            complaint.sku, complaint.field, complaint.what
        ))),
        None => Ok(()),
    }
}

fn changed(what: &str) -> Failure {
    Failure::other(format!(
        "{what}: this was right when it was checked; put it right and run the import again, which changes nothing \
         that is done already"
    ))
}
