use kernel::{OrderId, Timestamp};
use platform::events::{Published, sample};
use serde::Serialize;

/// A parcel came back: its units are on the shelf again.
#[derive(Serialize)]
pub struct ReservationRestocked {
    pub order: OrderId,
}

/// A parcel was lost, and its units with it.
#[derive(Serialize)]
pub struct ReservationWrittenOff {
    pub order: OrderId,
}

impl Published for ReservationRestocked {
    const TYPE: &'static str = "shop.banyan.stock.reservation.restocked.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

impl Published for ReservationWrittenOff {
    const TYPE: &'static str = "shop.banyan.stock.reservation.written_off.v1";

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
        sample::<ReservationRestocked>(),
        sample::<ReservationWrittenOff>(),
    ]
}
