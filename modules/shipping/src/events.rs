use kernel::{OrderId, Timestamp};
use platform::events::{Published, sample};
use serde::Serialize;

/// The courier has it.
#[derive(Serialize)]
pub struct ShipmentShipped {
    pub order: OrderId,
}

#[derive(Serialize)]
pub struct ShipmentDelivered {
    pub order: OrderId,
}

#[derive(Serialize)]
pub struct ShipmentFailed {
    pub order: OrderId,
    pub reason: Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// It is back with us.
    Undeliverable,
    Lost,
}

impl Published for ShipmentShipped {
    const TYPE: &'static str = "shop.banyan.shipping.shipment.shipped.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

impl Published for ShipmentDelivered {
    const TYPE: &'static str = "shop.banyan.shipping.shipment.delivered.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
        }
    }
}

impl Published for ShipmentFailed {
    const TYPE: &'static str = "shop.banyan.shipping.shipment.failed.v1";

    fn aggregate(&self) -> String {
        self.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: sample_order(),
            reason: Failure::Undeliverable,
        }
    }
}

fn sample_order() -> OrderId {
    OrderId::new(Timestamp::from_micros(0), [7; 10])
}

/// One of each, for the test that feeds them to every consumer.
pub fn samples() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        sample::<ShipmentShipped>(),
        sample::<ShipmentDelivered>(),
        sample::<ShipmentFailed>(),
    ]
}
