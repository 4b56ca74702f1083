//! What a cart wants to know of others, in its own words.

use std::sync::Arc;

use kernel::{Money, Sku};
use platform::Fut;
use platform::ports::{Ctx, Unavailable};

pub use crate::domain::Names;

pub struct Needs {
    pub shelf: Arc<dyn Shelf>,
    pub stock: Arc<dyn Stock>,
}

/// What things are called and cost.
pub trait Shelf: Send + Sync {
    /// What is not sold (any more) is absent.
    fn offers<'a>(
        &'a self,
        skus: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<Offer>, Unavailable>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub sku: Sku,
    pub name: Names,
    pub price: Money,
    /// A path of this shop.
    pub picture: Option<String>,
}

/// How many are left.
pub trait Stock: Send + Sync {
    /// How many one can order now; of what is not answered for there are none.
    fn available<'a>(
        &'a self,
        skus: Vec<Sku>,
        ctx: &'a Ctx,
    ) -> Fut<'a, Result<Vec<(Sku, i64)>, Unavailable>>;
}
