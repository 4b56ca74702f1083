use std::sync::Arc;

use kernel::{OrderId, Timestamp};

use super::{Event, Goods, Payment, Placed, Reason, Status, What};

/// How an order stands, as its events tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    /// The number of its events so far.
    pub version: i64,
    pub placed: Arc<Placed>,
    pub status: Status,
    pub payment: Payment,
    pub goods: Goods,
    /// Why it goes back, from the moment that it does.
    pub leaving: Option<Reason>,
    /// What shoppers are told, in order.
    pub timeline: Vec<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub what: What,
}

/// What the saga has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Reserve,
    Authorise,
    /// Take the units off the shelf and out of the cart.
    Confirm,
    /// Ask for the parcel and take the money.
    Pay,
    /// Tell the courier that it may go.
    Dispatch,
    /// Go back: parcel, money, units.
    Unwind,
    /// Others act; their events come in.
    Wait,
    End,
}

/// An event that does not follow from how the order stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{event} cannot happen to an order that is {status:?}, payment {payment:?}, goods {goods:?}"
)]
pub struct Illegal {
    pub event: String,
    pub status: Status,
    pub payment: Payment,
    pub goods: Goods,
}

impl Order {
    pub fn place(id: OrderId, at: Timestamp, placed: Arc<Placed>) -> Self {
        Self {
            id,
            version: 1,
            placed,
            status: Status::Pending,
            payment: Payment::None,
            goods: Goods::Untouched,
            leaving: None,
            timeline: vec![Moment {
                at,
                what: What::Placed,
            }],
        }
    }

    /// Whether `event` may come next: the table of all transitions.
    pub fn allows(&self, event: &Event) -> bool {
        use {Goods as G, Payment as P, Status as S};
        if self.is_ended() {
            return false;
        }
        let onward = self.leaving.is_none();
        let pending = self.status == S::Pending && onward;
        match event {
            Event::Placed(_) => false,
            Event::Reserved => pending && self.goods == G::Untouched,
            Event::Authorised => pending && self.goods == G::Held && self.payment == P::None,
            Event::Declined => {
                onward
                    && (pending && self.payment == P::None
                        || self.status == S::Confirmed && self.payment == P::Authorised)
            }
            Event::Confirmed => pending && self.goods == G::Held && self.payment == P::Authorised,
            Event::Captured => {
                onward && self.status == S::Confirmed && self.payment == P::Authorised
            }
            // a cancellation that was asked for came too late: the parcel has left
            Event::Shipped => {
                self.status == S::Confirmed
                    && self.payment == P::Captured
                    && self.leaving.is_none_or(Reason::is_asked_for)
            }
            Event::Delivered => self.status == S::Shipped && onward,
            Event::Cancelling(reason) => onward && self.may_leave(*reason),
            // the provider may know of a payment that we crashed before noting down
            Event::Voided => !onward && matches!(self.payment, P::None | P::Authorised),
            Event::Refunded => {
                !onward && matches!(self.payment, P::None | P::Authorised | P::Captured)
            }
            Event::Released => {
                !onward
                    && matches!(self.goods, G::Held | G::Taken)
                    && self.leaving != Some(Reason::Lost)
            }
            Event::WrittenOff => self.leaving == Some(Reason::Lost) && self.goods == G::Taken,
            Event::Cancelled => !onward && self.is_settled(),
        }
    }

    fn may_leave(&self, reason: Reason) -> bool {
        match reason {
            Reason::Shopper | Reason::Staff => self.may_be_cancelled(),
            Reason::SoldOut => self.status == Status::Pending,
            Reason::Declined => self.payment == Payment::Declined,
            Reason::Undeliverable | Reason::Lost => self.status == Status::Shipped,
        }
    }

    /// Refuses what [`allows`](Self::allows) refuses, and is unchanged then.
    pub fn apply(&mut self, at: Timestamp, event: &Event) -> Result<(), Illegal> {
        if !self.allows(event) {
            return Err(self.illegal(event));
        }
        self.version += 1;
        if let Some(what) = What::of(event) {
            self.timeline.push(Moment { at, what });
        }
        match event {
            Event::Placed(_) => {}
            Event::Reserved => self.goods = Goods::Held,
            Event::Authorised => self.payment = Payment::Authorised,
            Event::Declined => self.payment = Payment::Declined,
            Event::Confirmed => (self.status, self.goods) = (Status::Confirmed, Goods::Taken),
            Event::Captured => self.payment = Payment::Captured,
            Event::Shipped => (self.status, self.leaving) = (Status::Shipped, None),
            Event::Delivered => self.status = Status::Delivered,
            Event::Cancelling(reason) => self.leaving = Some(*reason),
            Event::Voided => self.payment = Payment::Voided,
            Event::Refunded => self.payment = Payment::Refunded,
            Event::Released => self.goods = Goods::Returned,
            Event::WrittenOff => self.goods = Goods::Lost,
            Event::Cancelled => self.status = Status::Cancelled,
        }
        Ok(())
    }

    fn illegal(&self, event: &Event) -> Illegal {
        let event = match event {
            Event::Placed(_) => "Placed".to_owned(),
            other => format!("{other:?}"),
        };
        Illegal {
            event,
            status: self.status,
            payment: self.payment,
            goods: self.goods,
        }
    }

    pub fn next_step(&self) -> Step {
        match (self.status, self.leaving) {
            (Status::Cancelled | Status::Delivered, _) => Step::End,
            (_, Some(reason)) if reason.is_the_couriers() => Step::Wait,
            (_, Some(_)) => Step::Unwind,
            (Status::Pending, None) => match (self.goods, self.payment) {
                (Goods::Untouched, _) => Step::Reserve,
                (_, Payment::None) => Step::Authorise,
                _ => Step::Confirm,
            },
            (Status::Confirmed, None) if self.payment == Payment::Authorised => Step::Pay,
            (Status::Confirmed, None) => Step::Dispatch,
            (Status::Shipped, None) => Step::Wait,
        }
    }

    pub fn is_ended(&self) -> bool {
        matches!(self.status, Status::Delivered | Status::Cancelled)
    }

    /// By whoever ordered, or by the staff.
    pub fn may_be_cancelled(&self) -> bool {
        matches!(self.status, Status::Pending | Status::Confirmed) && self.leaving.is_none()
    }

    /// No money of the shopper's is held, and no unit hangs in the air.
    pub fn is_settled(&self) -> bool {
        !self.is_money_open() && !matches!(self.goods, Goods::Held | Goods::Taken)
    }

    pub fn is_money_open(&self) -> bool {
        matches!(self.payment, Payment::Authorised | Payment::Captured)
    }

    pub fn placed_at(&self) -> Timestamp {
        self.timeline
            .first()
            .map_or(Timestamp::from_micros(0), |moment| moment.at)
    }

    pub fn changed_at(&self) -> Timestamp {
        self.timeline
            .last()
            .map_or(Timestamp::from_micros(0), |moment| moment.at)
    }
}
