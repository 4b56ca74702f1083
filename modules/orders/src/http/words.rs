//! The keys of the texts for the domain's words.

use crate::domain::{Payment, Reason, Status, What};

/// A method, so that templates can ask for it.
pub trait Word: Copy {
    fn text(self) -> &'static str;
}

impl Word for Status {
    fn text(self) -> &'static str {
        match self {
            Status::Pending => "orders-status-pending",
            Status::Confirmed => "orders-status-confirmed",
            Status::Shipped => "orders-status-shipped",
            Status::Delivered => "orders-status-delivered",
            Status::Cancelled => "orders-status-cancelled",
        }
    }
}

impl Word for Payment {
    fn text(self) -> &'static str {
        match self {
            Payment::None => "orders-payment-none",
            Payment::Authorised => "orders-payment-authorised",
            Payment::Captured => "orders-payment-captured",
            Payment::Voided => "orders-payment-voided",
            Payment::Refunded => "orders-payment-refunded",
            Payment::Declined => "orders-payment-declined",
        }
    }
}

impl Word for What {
    fn text(self) -> &'static str {
        match self {
            What::Placed => "orders-what-placed",
            What::Reserved => "orders-what-reserved",
            What::Authorised => "orders-what-authorised",
            What::Confirmed => "orders-what-confirmed",
            What::Shipped => "orders-what-shipped",
            What::Delivered => "orders-what-delivered",
            What::Cancelling => "orders-what-cancelling",
            What::Released => "orders-what-released",
            What::Voided => "orders-what-voided",
            What::Refunded => "orders-what-refunded",
            What::WrittenOff => "orders-what-written-off",
            What::Cancelled => "orders-what-cancelled",
        }
    }
}

/// Said to the shopper.
impl Word for Reason {
    fn text(self) -> &'static str {
        match self {
            Reason::Shopper => "orders-reason-shopper",
            Reason::Staff => "orders-reason-staff",
            Reason::SoldOut => "orders-reason-sold-out",
            Reason::Declined => "orders-reason-declined",
            Reason::Undeliverable => "orders-reason-undeliverable",
            Reason::Lost => "orders-reason-lost",
        }
    }
}

impl What {
    /// As something that is still to come.
    pub fn ahead(self) -> &'static str {
        match self {
            Self::Reserved => "orders-ahead-reserved",
            Self::Authorised => "orders-ahead-authorised",
            Self::Confirmed => "orders-ahead-confirmed",
            Self::Shipped => "orders-ahead-shipped",
            Self::Delivered => "orders-ahead-delivered",
            other => other.text(),
        }
    }

    /// Nobody wished for it.
    pub fn is_bad(self) -> bool {
        matches!(self, Self::Cancelled | Self::WrittenOff)
    }
}

/// The label of a field of the checkout.
pub fn label(field: &str) -> &'static str {
    match field {
        "recipient" => "orders-recipient",
        "phone" => "orders-phone",
        "postcode" => "orders-postcode",
        "line1" => "orders-line1",
        "line2" => "orders-line2",
        _ => "orders-card",
    }
}
