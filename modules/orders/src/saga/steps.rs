use std::time::Duration;

use crate::domain::{Event, Order, Payment, Reason, Status, Step};
use crate::needs::{
    Authorised, CalledBack, Captured, Ctx, Item, Needs, Ordered, Reserved, Reversed, Unavailable,
};
use crate::saga::milestone;
use crate::store::Underway;

/// How long the payment provider is left alone between two questions.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// The news that a parcel has left comes soon.
const NEWS: Duration = Duration::from_millis(500);

/// What a step came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Came {
    To(Vec<Event>),
    /// It is not decided yet.
    Undecided {
        why: &'static str,
        ask_again: Duration,
    },
    /// Done, and nothing to note down.
    Nothing,
}

pub async fn take(saga: &Underway, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    let order = &saga.order;
    match order.next_step() {
        Step::Reserve => reserve(order, needs, ctx).await,
        Step::Authorise => authorise(saga, needs, ctx).await,
        Step::Confirm => confirm(order, needs, ctx).await,
        Step::Pay => pay(saga, needs, ctx).await,
        Step::Dispatch => {
            needs.courier.dispatch(order.id, ctx).await?;
            milestone("orders::dispatched");
            Ok(Came::Nothing)
        }
        Step::Unwind => unwind(order, needs, ctx).await,
        Step::Wait | Step::End => Ok(Came::Nothing),
    }
}

fn items(order: &Order) -> Vec<Item> {
    order
        .placed
        .lines
        .iter()
        .map(|line| Item {
            sku: line.sku.clone(),
            quantity: line.quantity,
        })
        .collect()
}

async fn reserve(order: &Order, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    Ok(Came::To(
        match needs.stock.reserve(order.id, items(order), ctx).await? {
            Reserved::Yes => vec![Event::Reserved],
            // nothing is held and nothing was paid: this is the end already
            Reserved::SoldOut => vec![Event::Cancelling(Reason::SoldOut), Event::Cancelled],
        },
    ))
}

async fn authorise(saga: &Underway, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    let order = &saga.order;
    Ok(
        match needs
            .till
            .authorise(order.id, order.placed.total, saga.token.clone(), ctx)
            .await?
        {
            Authorised::Yes => Came::To(vec![Event::Authorised]),
            Authorised::Declined => {
                Came::To(vec![Event::Declined, Event::Cancelling(Reason::Declined)])
            }
            Authorised::Pending => Came::Undecided {
                why: "the payment is not decided yet",
                ask_again: ASK_AGAIN,
            },
        },
    )
}

async fn confirm(order: &Order, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    if needs.stock.commit(order.id, ctx).await? == Reserved::SoldOut {
        return Ok(Came::To(vec![Event::Cancelling(Reason::SoldOut)]));
    }
    milestone("orders::committed");
    let ordered = Ordered {
        order: order.id,
        member: order.placed.member,
        items: items(order),
        at: order.placed_at(),
    };
    needs.cart.remove_ordered(ordered, ctx).await?;
    milestone("orders::cart_emptied");
    Ok(Came::To(vec![Event::Confirmed]))
}

async fn pay(saga: &Underway, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    let id = saga.order.id;
    // without an address the courier was asked already
    if let Some(address) = &saga.address {
        needs.courier.request(id, address.clone(), ctx).await?;
        milestone("orders::requested");
    }
    Ok(match needs.till.capture(id, ctx).await? {
        Captured::Yes => Came::To(vec![Event::Captured]),
        Captured::Pending => Came::Undecided {
            why: "the capture is not decided yet",
            ask_again: ASK_AGAIN,
        },
        Captured::Refused => Came::To(vec![Event::Declined, Event::Cancelling(Reason::Declined)]),
    })
}

/// Every step's compensation, the last first. What may have happened without our noting it down is undone as well:
/// each of these commands is harmless where there is nothing to undo.
async fn unwind(order: &Order, needs: &Needs, ctx: &Ctx) -> Result<Came, Unavailable> {
    let is_money_settled = matches!(
        order.payment,
        Payment::Voided | Payment::Refunded | Payment::Declined
    );
    if order.status == Status::Confirmed
        && !matches!(order.payment, Payment::Voided | Payment::Refunded)
    {
        if needs.courier.cancel(order.id, ctx).await? == CalledBack::TooLate {
            return Ok(Came::Undecided {
                why: "the parcel has left",
                ask_again: NEWS,
            });
        }
        milestone("orders::called_back");
    }
    if !is_money_settled {
        match needs.till.reverse(order.id, ctx).await? {
            Reversed::Nothing => {}
            Reversed::Voided => return Ok(Came::To(vec![Event::Voided])),
            Reversed::Refunded => return Ok(Came::To(vec![Event::Refunded])),
            Reversed::Pending => {
                return Ok(Came::Undecided {
                    why: "the money is not back yet",
                    ask_again: ASK_AGAIN,
                });
            }
        }
    }
    needs.stock.release(order.id, ctx).await?;
    milestone("orders::given_back");
    let mut events = Vec::new();
    if order.allows(&Event::Released) {
        events.push(Event::Released);
    }
    events.push(Event::Cancelled);
    Ok(Came::To(events))
}
