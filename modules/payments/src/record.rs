//! Writes what the provider said: the state, the ledger's entries and the events, in the caller's transaction.

use kernel::OrderId;
use platform::db::{Conn, DbError};
use platform::events::{Stamp, publish};

use crate::domain::{Movement, PaymentError, State};
use crate::events::{PaymentCaptured, PaymentRefunded, PaymentVoided};
use crate::provider::Standing;
use crate::{ledger, store};

impl From<Standing> for State {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Declined => Self::Declined,
            Standing::Authorised => Self::Authorised,
            Standing::Captured => Self::Captured,
            Standing::Voided => Self::Voided,
            Standing::Refunded => Self::Refunded,
            Standing::Barred => Self::Barred,
        }
    }
}

/// Takes every step from where the payment was to where it was seen; old news changes nothing. Answers its state.
pub fn record(
    conn: &mut Conn,
    order: OrderId,
    seen: State,
    stamp: &Stamp,
) -> Result<State, PaymentError> {
    let Some(payment) = store::find(conn, order)? else {
        return Ok(seen);
    };
    let Some(steps) = payment.state.steps_to(seen) else {
        return Ok(payment.state);
    };
    // a reversal that has further to go is due at once
    let ask_at = (payment.reversing && !seen.is_over()).then_some(stamp.at);
    if !store::settle(conn, order, (payment.state, seen), ask_at)? {
        return Err(DbError::Conflict("the payment has changed meanwhile".to_owned()).into());
    }
    for step in steps {
        ledger::post(conn, order, *step, (payment.amount, stamp.at))?;
        tell(conn, *step, order, stamp)?;
    }
    Ok(seen)
}

fn tell(
    conn: &mut Conn,
    step: Movement,
    order: OrderId,
    stamp: &Stamp,
) -> Result<(), PaymentError> {
    match step {
        Movement::Authorise => Ok(()),
        Movement::Capture => Ok(publish(conn, stamp, &PaymentCaptured { order })?),
        Movement::Void => Ok(publish(conn, stamp, &PaymentVoided { order })?),
        Movement::Refund => Ok(publish(conn, stamp, &PaymentRefunded { order })?),
    }
}
