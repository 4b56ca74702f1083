use kernel::{OrderId, Timestamp};
use platform::events::{Published, sample};
use serde::Serialize;

/// The money was taken.
#[derive(Serialize)]
pub struct PaymentCaptured {
    pub order: OrderId,
}

/// The hold on the card is lifted.
#[derive(Serialize)]
pub struct PaymentVoided {
    pub order: OrderId,
}

/// What was taken was given back.
#[derive(Serialize)]
pub struct PaymentRefunded {
    pub order: OrderId,
}

impl Published for PaymentCaptured {
    const TYPE: &'static str = "shop.banyan.payments.payment.captured.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

impl Published for PaymentVoided {
    const TYPE: &'static str = "shop.banyan.payments.payment.voided.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

impl Published for PaymentRefunded {
    const TYPE: &'static str = "shop.banyan.payments.payment.refunded.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

fn sample_order() -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [7; 10])
}

/// One of each, for the test that feeds them to every consumer.
pub fn samples() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        sample::<PaymentCaptured>(),
        sample::<PaymentVoided>(),
        sample::<PaymentRefunded>(),
    ]
}
