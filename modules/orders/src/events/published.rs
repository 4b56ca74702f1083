//! The names under which they are told, and an example of each.

use kernel::{MemberId, OrderId, Sku, Timestamp};
use platform::events::Published;

use super::{
    OrderCancelled, OrderCancelling, OrderConfirmed, OrderDelivered, OrderPaid, OrderPlaced,
    OrderShipped, PublishedLine, PublishedNames, SoldLine, Standing,
};

impl Standing {
    fn sample(status: &'static str, payment: &'static str) -> Self {
        let at = Timestamp::from_micros(1_795_230_000_000_000);
        Self {
            order: OrderId::new(at, [7; 10]),
            number: "20261121-7K3M9Q".to_owned(),
            member: MemberId::new(at, [3; 10]),
            status,
            payment,
            at,
        }
    }
}

#[expect(clippy::unwrap_used, reason = "a constant that is a SKU")]
fn sample_sku() -> Sku {
    "MUG-MOON-L".parse().unwrap()
}

impl Published for OrderPlaced {
    const TYPE: &'static str = "shop.banyan.orders.order.placed.v1";

    fn aggregate(&self) -> String {
        self.order.order.to_string()
    }

    fn sample() -> Self {
        let sku = sample_sku();
        let name = PublishedNames {
            ko: "달 머그 (L)".to_owned(),
            en: "Moon mug (L)".to_owned(),
        };
        let line = PublishedLine {
            product: sku.clone(),
            sku,
            name,
            quantity: 2,
            price: 12_900,
            subtotal: 25_800,
        };
        Self {
            order: Standing::sample("pending", "none"),
            lines: vec![line],
            total: 25_800,
        }
    }
}

impl Published for OrderConfirmed {
    const TYPE: &'static str = "shop.banyan.orders.order.confirmed.v1";

    fn aggregate(&self) -> String {
        self.order.order.to_string()
    }

    fn sample() -> Self {
        let line = SoldLine {
            sku: sample_sku(),
            product: sample_sku(),
            quantity: 2,
        };
        Self {
            order: Standing::sample("confirmed", "authorised"),
            lines: vec![line],
        }
    }
}

impl Published for OrderPaid {
    const TYPE: &'static str = "shop.banyan.orders.order.paid.v1";

    fn aggregate(&self) -> String {
        self.0.order.to_string()
    }

    fn sample() -> Self {
        Self(Standing::sample("confirmed", "captured"))
    }
}

impl Published for OrderShipped {
    const TYPE: &'static str = "shop.banyan.orders.order.shipped.v1";

    fn aggregate(&self) -> String {
        self.0.order.to_string()
    }

    fn sample() -> Self {
        Self(Standing::sample("shipped", "captured"))
    }
}

impl Published for OrderDelivered {
    const TYPE: &'static str = "shop.banyan.orders.order.delivered.v1";

    fn aggregate(&self) -> String {
        self.0.order.to_string()
    }

    fn sample() -> Self {
        Self(Standing::sample("delivered", "captured"))
    }
}

impl Published for OrderCancelling {
    const TYPE: &'static str = "shop.banyan.orders.order.cancelling.v1";

    fn aggregate(&self) -> String {
        self.order.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: Standing::sample("shipped", "captured"),
            settle: "restock",
        }
    }
}

impl Published for OrderCancelled {
    const TYPE: &'static str = "shop.banyan.orders.order.cancelled.v1";

    fn aggregate(&self) -> String {
        self.order.order.to_string()
    }

    fn sample() -> Self {
        Self {
            order: Standing::sample("cancelled", "refunded"),
            reason: "undeliverable",
        }
    }
}
