//! The hand-made shop that a first start shows: products with pictures, members, notices, reviews, questions. And, for
//! `banyan demo`, any amount of made-up data.

mod hand_made;
pub mod made_up;

use std::sync::Arc;

use board::api::{LatestNotices, PutDemoPosts};
use catalog::api::{
    Categories, CategoryDraft, ProductCount, ProductDraft, PutCategories, PutProducts,
};
use kernel::{Locale, MemberId, Timestamp};
use members::api::{Contacts, DemoMember, MemberCount, PutDemoMembers};
use platform::ports::{Answers as _, Ctx};
use stock::api::{OnHand, PutOnHand};

use crate::failure::Failure;
use crate::hosts::Hosts;
use crate::house::House;
use hand_made::HandMade;

/// For the audit log and the corrections of stock.
const WHO: &str = "system";
const REASON: &str = "demo";

/// The contexts that a demo fills first.
pub struct Rooms {
    members: Arc<members::Host>,
    catalog: Arc<catalog::Host>,
    stock: Arc<stock::Host>,
    board: Arc<board::Host>,
}

/// What shops like this one have; an import need not name them.
pub fn categories() -> Result<Vec<CategoryDraft>, Failure> {
    hand_made::categories()
}

/// Fills a shop that has neither products nor members. One that was interrupted at it is filled to the end.
pub async fn fill_if_empty(house: &House) -> Result<(), Failure> {
    let Some(rooms) = Rooms::of(&house.hosts) else {
        return Ok(());
    };
    // a shop whose data has moved is not new
    if house.duties().any(|duty| duty.db.must_serve().is_err()) {
        return Ok(());
    }
    let now = house.shell.clock.now();
    if rooms.are_empty().await? {
        rooms.fill(&HandMade::read()?, now).await
    } else {
        Ok(())
    }
}

impl Rooms {
    /// `None` when one of them is elsewhere.
    pub fn of(hosts: &Hosts) -> Option<Self> {
        let (members, catalog) = (hosts.members.clone()?, hosts.catalog.clone()?);
        Some(Self {
            members,
            catalog,
            stock: hosts.stock.clone()?,
            board: hosts.board.clone()?,
        })
    }

    pub async fn are_empty(&self) -> Result<bool, Failure> {
        let ctx = ctx();
        if self.catalog.answer(ProductCount {}, &ctx).await? > 0 {
            return Ok(false);
        }
        let members = self.members.answer(MemberCount {}, &ctx).await?;
        let ours: Vec<MemberId> = hand_made::member_ids().collect();
        let there = self
            .members
            .answer(Contacts { members: ours }, &ctx)
            .await?;
        Ok(i64::try_from(there.len()) == Ok(members))
    }

    /// Everything can be written again without being there twice. The products come last and in one commit: as long as
    /// they are missing, the next start fills again.
    pub async fn fill(&self, shop: &HandMade, now: Timestamp) -> Result<(), Failure> {
        let ctx = ctx();
        self.members
            .answer(
                PutDemoMembers {
                    members: shop.members(now)?,
                },
                &ctx,
            )
            .await?;
        if self
            .board
            .answer(
                LatestNotices {
                    limit: 1,
                    locale: Locale::Ko,
                },
                &ctx,
            )
            .await?
            .is_empty()
        {
            self.board
                .answer(
                    PutDemoPosts {
                        posts: shop.posts(now)?,
                    },
                    &ctx,
                )
                .await?;
        }
        self.put_categories(hand_made::categories()?).await?;
        self.put_stock(shop.on_hand()).await?;
        self.put_products(shop.drafts()?).await
    }

    /// Those that the shop has stay in front, as they are.
    pub async fn put_categories(&self, new: Vec<CategoryDraft>) -> Result<(), Failure> {
        let there = self.catalog.answer(Categories {}, &ctx()).await?;
        let mut categories: Vec<CategoryDraft> = there
            .into_iter()
            .map(|card| CategoryDraft {
                slug: card.slug,
                name: card.name,
            })
            .collect();
        let before = categories.len();
        for category in new {
            if !categories.iter().any(|known| known.slug == category.slug) {
                categories.push(category);
            }
        }
        if categories.len() > before {
            self.catalog
                .answer(
                    PutCategories {
                        categories,
                        who: WHO.to_owned(),
                    },
                    &ctx(),
                )
                .await?;
        }
        Ok(())
    }

    pub async fn put_stock(&self, rows: Vec<OnHand>) -> Result<(), Failure> {
        Ok(self
            .stock
            .answer(
                PutOnHand {
                    rows,
                    reason: REASON.to_owned(),
                    who: WHO.to_owned(),
                },
                &ctx(),
            )
            .await?)
    }

    pub async fn put_products(&self, products: Vec<ProductDraft>) -> Result<(), Failure> {
        let ask = PutProducts {
            products,
            who: WHO.to_owned(),
            dry_run: false,
        };
        let report = self.catalog.answer(ask, &ctx()).await?;
        match report.complaints.first() {
            None => Ok(()),
            Some(complaint) => {
                let (sku, field, what) = (&complaint.sku, &complaint.field, &complaint.what);
                Err(Failure::other(format!(
                    "the demo's product {sku}: {field} {what}"
                )))
            }
        }
    }

    pub async fn put_members(&self, members: Vec<DemoMember>) -> Result<(), Failure> {
        Ok(self
            .members
            .answer(PutDemoMembers { members }, &ctx())
            .await?)
    }
}

fn ctx() -> Ctx {
    Ctx::background(std::time::Duration::from_mins(10))
}
