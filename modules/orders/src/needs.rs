//! What orders needs of others, in its own words. The app implements these with the other contexts' calls.

use std::sync::Arc;

use kernel::{GuestId, MemberId, Money, OrderId, Sku, Timestamp};
use platform::Fut;
pub use platform::ports::{Ctx, Unavailable};

pub use crate::domain::{Address, Names};

pub struct Needs {
    pub shelf: Arc<dyn Shelf>,
    pub stock: Arc<dyn Stock>,
    pub till: Arc<dyn Till>,
    pub courier: Arc<dyn Courier>,
    pub cart: Arc<dyn CartLines>,
    pub address_book: Arc<dyn AddressBook>,
}

type Answer<'a, T> = Fut<'a, Result<T, Unavailable>>;

/// What things are called and cost.
pub trait Shelf: Send + Sync {
    /// What is not for sale is absent.
    fn offers<'a>(&'a self, items: Vec<Sku>, ctx: &'a Ctx) -> Answer<'a, Vec<Offer>>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub sku: Sku,
    /// The product that the SKU is a variant of.
    pub product: Sku,
    pub name: Names,
    pub price: Money,
    /// Where its picture is, as a path.
    pub picture: Option<String>,
}

/// The units. Commands may come again; each order is served once.
pub trait Stock: Send + Sync {
    /// How many one can order now; what is not answered for has none.
    fn available<'a>(&'a self, items: Vec<Sku>, ctx: &'a Ctx) -> Answer<'a, Vec<(Sku, i64)>>;
    fn reserve<'a>(
        &'a self,
        order: OrderId,
        items: Vec<Item>,
        ctx: &'a Ctx,
    ) -> Answer<'a, Reserved>;
    /// Takes the units off the shelf for good; they are reserved again if the reservation has expired.
    fn commit<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, Reserved>;
    /// Gives back whatever is held or taken; a `reserve` that comes later is refused.
    fn release<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, ()>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub sku: Sku,
    pub quantity: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    Yes,
    SoldOut,
}

/// The money. Commands may come again; each order pays once.
pub trait Till: Send + Sync {
    fn authorise<'a>(
        &'a self,
        order: OrderId,
        amount: Money,
        token: String,
        ctx: &'a Ctx,
    ) -> Answer<'a, Authorised>;
    fn capture<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, Captured>;
    /// Voids or refunds whatever there is; an `authorise` that comes later is refused.
    fn reverse<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, Reversed>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authorised {
    Yes,
    Declined,
    /// The provider has not said yet: ask again.
    Pending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captured {
    Yes,
    Pending,
    /// There is no authorisation (any more).
    Refused,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reversed {
    /// No money had moved.
    Nothing,
    Voided,
    Refunded,
    Pending,
}

/// The parcel. Commands may come again; each order is one parcel.
pub trait Courier: Send + Sync {
    fn request<'a>(&'a self, order: OrderId, to: Address, ctx: &'a Ctx) -> Answer<'a, ()>;
    /// From now on it may be picked up.
    fn dispatch<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, ()>;
    fn cancel<'a>(&'a self, order: OrderId, ctx: &'a Ctx) -> Answer<'a, CalledBack>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalledBack {
    Yes,
    /// It has left: the news of that is on its way here.
    TooLate,
}

pub trait CartLines: Send + Sync {
    fn lines<'a>(
        &'a self,
        member: MemberId,
        guest: Option<GuestId>,
        ctx: &'a Ctx,
    ) -> Answer<'a, Vec<Item>>;
    /// Takes out what was ordered, once per order; what was added or put in anew since then stays.
    fn remove_ordered<'a>(&'a self, ordered: Ordered, ctx: &'a Ctx) -> Answer<'a, ()>;
}

/// What an order takes out of a cart.
pub struct Ordered {
    pub order: OrderId,
    pub member: MemberId,
    pub items: Vec<Item>,
    pub at: Timestamp,
}

pub trait AddressBook: Send + Sync {
    /// The usual one first.
    fn addresses<'a>(&'a self, member: MemberId, ctx: &'a Ctx) -> Answer<'a, Vec<Address>>;
}
