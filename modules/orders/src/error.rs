use kernel::OrderId;
use platform::db::{DbError, WriteError};
use platform::ports::Unavailable;
use platform::problem::{FieldError, Problem};

use crate::domain::Illegal;

/// What orders could not do, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum OrdersError {
    /// Correct the fields.
    #[error("the input is wrong: {0:?}")]
    Invalid(Vec<FieldError>),
    /// Put something into the cart.
    #[error("the cart is empty")]
    EmptyCart,
    /// Take these out of the cart: they are no longer sold.
    #[error("no longer sold: {0}")]
    Gone(String),
    #[error("the total is too large")]
    TooMuch,
    /// Look at the new total, then order again. In won.
    #[error("the total is {0} now")]
    OtherTotal(i64),
    /// This key belongs to another order.
    #[error("the key belongs to order {0}")]
    KeyReused(OrderId),
    /// The same request is being worked on.
    #[error("the request with this key is under way")]
    UnderWay,
    /// Another request with this key and another body is being worked on.
    #[error("the key is in use by another request")]
    KeyInUse,
    #[error("there is no such order")]
    Unknown,
    /// It has left, or was delivered.
    #[error("too late to cancel")]
    TooLate,
    /// Somebody else was quicker: look again.
    #[error("the order has changed meanwhile")]
    Stale,
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error(transparent)]
    Db(#[from] DbError),
    /// What is stored does not make sense.
    #[error("order {0}: {1}")]
    Corrupt(String, String),
}

impl From<diesel::result::Error> for OrdersError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Db(error.into())
    }
}

impl From<Illegal> for OrdersError {
    fn from(illegal: Illegal) -> Self {
        Self::Corrupt(String::new(), illegal.to_string())
    }
}

impl WriteError for OrdersError {
    fn as_db(&self) -> Option<&DbError> {
        match self {
            Self::Db(e) => Some(e),
            _ => None,
        }
    }
}

impl From<OrdersError> for Problem {
    fn from(error: OrdersError) -> Self {
        match error {
            OrdersError::Invalid(fields) => Self::invalid(fields),
            OrdersError::EmptyCart => Self::unprocessable("orders-cart-empty"),
            OrdersError::Gone(names) => Self::unprocessable("orders-gone").arg("items", names),
            OrdersError::TooMuch => Self::unprocessable("orders-too-much"),
            OrdersError::OtherTotal(_) => Self::conflict("orders-other-total"),
            OrdersError::KeyReused(_) | OrdersError::KeyInUse => {
                Self::unprocessable("orders-key-reused")
            }
            OrdersError::UnderWay => Self::conflict("orders-key-under-way"),
            OrdersError::Unknown => Self::not_found(),
            OrdersError::TooLate => Self::conflict("orders-too-late"),
            OrdersError::Stale => Self::conflict("orders-stale"),
            OrdersError::Unavailable(e) => e.into(),
            OrdersError::Db(e) => e.into(),
            OrdersError::Corrupt(order, why) => Self::internal(format!("order {order}: {why}")),
        }
    }
}
