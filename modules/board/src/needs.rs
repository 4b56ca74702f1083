//! What the boards want to know of others, in their own words.

use std::sync::Arc;

use kernel::{MemberId, Sku};
use platform::Fut;
use platform::ports::{Ctx, Unavailable};

pub use crate::domain::About;

#[derive(Clone)]
pub struct Needs {
    pub authors: Arc<dyn Authors>,
    pub purchases: Arc<dyn Purchases>,
    pub shelf: Arc<dyn Shelf>,
}

pub trait Authors: Send + Sync {
    /// What a member is called; `None`: they have left.
    fn name<'a>(
        &'a self,
        member: MemberId,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Option<String>, Unavailable>>;
}

pub trait Purchases: Send + Sync {
    /// Any variant of the product with this code.
    fn has_bought<'a>(
        &'a self,
        member: MemberId,
        product: Sku,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<bool, Unavailable>>;
}

pub trait Shelf: Send + Sync {
    /// Which product a SKU belongs to; `None`: it is not sold.
    fn product<'a>(&'a self, sku: Sku, ctx: &'a Ctx)
    -> Fut<'a, Result<Option<About>, Unavailable>>;
}
