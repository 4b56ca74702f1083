//! Stock, payments, courier, cart, catalogue and address book in one: each keeps its promises, whatever its luck.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use kernel::{GuestId, MemberId, Money, OrderId, Sku};
use platform::Fut;

use crate::needs::*;
use crate::service::{By, Orders};

/// What becomes of the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Luck {
    Fine,
    /// Nobody answers, nothing happens.
    Refuses,
    /// It happens, but the answer is lost.
    LosesAnswer,
    /// Where one can be undecided, one is.
    Dawdles,
    /// Meanwhile the courier picks up what it may.
    CourierComes,
    /// Meanwhile the shopper cancels.
    ShopperCancels,
    /// Meanwhile the reservation expires.
    Expires,
}

#[derive(Default)]
pub struct World {
    pub luck: Mutex<VecDeque<Luck>>,
    pub state: Mutex<State>,
    /// For the shopper who cancels in the middle of a step.
    pub orders: OnceLock<Arc<Orders>>,
}

#[derive(Default)]
pub struct State {
    pub calls: Vec<&'static str>,
    pub on_hand: i64,
    pub price: i64,
    pub card_works: bool,
    /// For tests that fill it while the worker empties it.
    pub cart_stays_full: bool,
    pub cart: HashMap<MemberId, Vec<Item>>,
    pub goods: HashMap<OrderId, Goods>,
    pub money: HashMap<OrderId, Paid>,
    pub parcels: HashMap<OrderId, Parcel>,
    pub emptied: Vec<OrderId>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what has happened, each by itself"
)]
pub struct Goods {
    pub units: i64,
    pub held: bool,
    pub taken: bool,
    pub released: bool,
    pub written_off: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what has happened, each by itself"
)]
pub struct Paid {
    pub authorised: bool,
    pub captured: bool,
    pub declined: bool,
    pub voided: bool,
    pub refunded: bool,
    pub reversed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what has happened, each by itself"
)]
pub struct Parcel {
    pub requested: bool,
    pub dispatched: bool,
    pub cancelled: bool,
    pub shipped: bool,
}

impl State {
    /// Held or taken, they are not on the shelf.
    fn hold(&mut self, order: OrderId, units: i64) -> Reserved {
        let goods = self.goods.entry(order).or_default();
        if goods.released {
            return Reserved::SoldOut;
        }
        if goods.held || goods.taken {
            return Reserved::Yes;
        }
        goods.units = units;
        if self.on_hand < units {
            return Reserved::SoldOut;
        }
        goods.held = true;
        self.on_hand -= units;
        Reserved::Yes
    }

    fn expire(&mut self) {
        for goods in self.goods.values_mut().filter(|goods| goods.held) {
            goods.held = false;
            self.on_hand += goods.units;
        }
    }

    pub fn give_back(&mut self, order: OrderId) {
        let goods = self.goods.entry(order).or_default();
        if goods.held || goods.taken {
            self.on_hand += goods.units;
        }
        (goods.held, goods.taken, goods.released) = (false, false, true);
    }

    fn courier_comes(&mut self) {
        for parcel in self
            .parcels
            .values_mut()
            .filter(|parcel| parcel.dispatched && !parcel.cancelled)
        {
            parcel.shipped = true;
        }
    }
}

fn nobody() -> Unavailable {
    Unavailable::new("world", "nobody answers")
}

impl World {
    pub fn with(on_hand: i64) -> Arc<Self> {
        let state = State {
            on_hand,
            price: 12_900,
            card_works: true,
            ..State::default()
        };
        Arc::new(Self {
            state: Mutex::new(state),
            ..Self::default()
        })
    }

    pub fn needs(self: &Arc<Self>) -> Needs {
        Needs {
            shelf: self.clone(),
            stock: self.clone(),
            till: self.clone(),
            courier: self.clone(),
            cart: self.clone(),
            address_book: self.clone(),
        }
    }

    pub fn will(&self, luck: impl IntoIterator<Item = Luck>) {
        self.luck.lock().unwrap().extend(luck);
    }

    pub fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.state.lock().unwrap().calls)
    }

    /// One call: notes it down, has the luck that is next, then `happen`s.
    async fn call<T>(
        &self,
        name: &'static str,
        order: Option<OrderId>,
        happen: impl FnOnce(&mut State, bool) -> T,
    ) -> Result<T, Unavailable> {
        let luck = self.luck.lock().unwrap().pop_front().unwrap_or(Luck::Fine);
        self.state.lock().unwrap().calls.push(name);
        match (luck, self.orders.get(), order) {
            (Luck::Refuses, ..) => return Err(nobody()),
            (Luck::CourierComes, ..) => self.state.lock().unwrap().courier_comes(),
            (Luck::Expires, ..) => self.state.lock().unwrap().expire(),
            (Luck::ShopperCancels, Some(orders), Some(order)) => {
                let ctx = Ctx::background(std::time::Duration::from_secs(5));
                // too late is an answer, too
                drop(Box::pin(orders.cancel(By::Staff(super::shop::member()), order, &ctx)).await);
            }
            _ => {}
        }
        let answer = happen(&mut self.state.lock().unwrap(), luck == Luck::Dawdles);
        if luck == Luck::LosesAnswer {
            Err(nobody())
        } else {
            Ok(answer)
        }
    }
}

type Answer<'a, T> = Fut<'a, Result<T, Unavailable>>;

impl Shelf for World {
    fn offers<'a>(&'a self, items: Vec<Sku>, _: &'a Ctx) -> Answer<'a, Vec<Offer>> {
        Box::pin(self.call("offers", None, move |state, _| {
            let sold = items.into_iter().filter(|sku| sku.as_str() != "GONE");
            sold.map(|sku| Offer {
                product: sku.clone(),
                name: Names {
                    ko: "머그".to_owned(),
                    en: "Mug".to_owned(),
                },
                price: Money::krw(state.price),
                picture: None,
                sku,
            })
            .collect()
        }))
    }
}

impl Stock for World {
    fn available<'a>(&'a self, items: Vec<Sku>, _: &'a Ctx) -> Answer<'a, Vec<(Sku, i64)>> {
        Box::pin(self.call("available", None, move |state, _| {
            items.into_iter().map(|sku| (sku, state.on_hand)).collect()
        }))
    }

    fn reserve<'a>(&'a self, order: OrderId, items: Vec<Item>, _: &'a Ctx) -> Answer<'a, Reserved> {
        let units = items.iter().map(|item| i64::from(item.quantity)).sum();
        Box::pin(self.call("reserve", Some(order), move |state, _| {
            state.hold(order, units)
        }))
    }

    fn commit<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, Reserved> {
        Box::pin(self.call("commit", Some(order), move |state, _| {
            let units = state.goods.get(&order).map_or(0, |goods| goods.units);
            let held = state.hold(order, units);
            if let Some(goods) = state.goods.get_mut(&order)
                && held == Reserved::Yes
            {
                (goods.held, goods.taken) = (false, true);
            }
            held
        }))
    }

    fn release<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, ()> {
        Box::pin(self.call("release", Some(order), move |state, _| {
            state.give_back(order);
        }))
    }
}

impl Till for World {
    fn authorise<'a>(
        &'a self,
        order: OrderId,
        _: Money,
        _: String,
        _: &'a Ctx,
    ) -> Answer<'a, Authorised> {
        Box::pin(self.call("authorise", Some(order), move |state, dawdles| {
            let works = state.card_works;
            let money = state.money.entry(order).or_default();
            if dawdles {
                return Authorised::Pending;
            }
            if money.reversed || !works {
                money.declined = true;
                return Authorised::Declined;
            }
            money.authorised = true;
            Authorised::Yes
        }))
    }

    fn capture<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, Captured> {
        Box::pin(self.call("capture", Some(order), move |state, dawdles| {
            let money = state.money.entry(order).or_default();
            if dawdles {
                return Captured::Pending;
            }
            if !money.authorised || money.reversed {
                return Captured::Refused;
            }
            money.captured = true;
            Captured::Yes
        }))
    }

    fn reverse<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, Reversed> {
        Box::pin(self.call("reverse", Some(order), move |state, dawdles| {
            let money = state.money.entry(order).or_default();
            money.reversed = true;
            if dawdles {
                return Reversed::Pending;
            }
            if money.captured {
                money.refunded = true;
                return Reversed::Refunded;
            }
            if money.authorised {
                money.voided = true;
                return Reversed::Voided;
            }
            Reversed::Nothing
        }))
    }
}

impl Courier for World {
    fn request<'a>(&'a self, order: OrderId, _: Address, _: &'a Ctx) -> Answer<'a, ()> {
        Box::pin(self.call("request", Some(order), move |state, _| {
            state.parcels.entry(order).or_default().requested = true;
        }))
    }

    fn dispatch<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, ()> {
        Box::pin(self.call("dispatch", Some(order), move |state, _| {
            state.parcels.entry(order).or_default().dispatched = true;
        }))
    }

    fn cancel<'a>(&'a self, order: OrderId, _: &'a Ctx) -> Answer<'a, CalledBack> {
        Box::pin(self.call("call_back", Some(order), move |state, _| {
            let parcel = state.parcels.entry(order).or_default();
            if parcel.shipped {
                return CalledBack::TooLate;
            }
            parcel.cancelled = true;
            CalledBack::Yes
        }))
    }
}

impl CartLines for World {
    fn lines<'a>(
        &'a self,
        member: MemberId,
        _: Option<GuestId>,
        _: &'a Ctx,
    ) -> Answer<'a, Vec<Item>> {
        Box::pin(self.call("cart", None, move |state, _| {
            state.cart.get(&member).cloned().unwrap_or_default()
        }))
    }

    fn remove_ordered<'a>(
        &'a self,
        Ordered { order, member, .. }: Ordered,
        _: &'a Ctx,
    ) -> Answer<'a, ()> {
        Box::pin(self.call("empty_cart", Some(order), move |state, _| {
            if !state.emptied.contains(&order) {
                state.emptied.push(order);
                if !state.cart_stays_full {
                    state.cart.remove(&member);
                }
            }
        }))
    }
}

impl AddressBook for World {
    fn addresses<'a>(&'a self, _: MemberId, _: &'a Ctx) -> Answer<'a, Vec<Address>> {
        Box::pin(self.call("addresses", None, |_, _| vec![super::shop::address()]))
    }
}
