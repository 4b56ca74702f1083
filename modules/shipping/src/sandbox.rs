//! The courier that is built in. It carries nothing, but keeps its times.

use std::time::Duration;

use kernel::Timestamp;
use platform::Fut;

use crate::courier::{Courier, CourierError, Parcel, Tracking, Whereabouts};

const UNTIL_SHIPPED: Duration = Duration::from_secs(5);
const ON_THE_WAY: Duration = Duration::from_secs(10);

const COMES_BACK: &str = "00000";
const IS_LOST: &str = "00001";

pub struct SandboxCourier {
    speed: f64,
}

impl SandboxCourier {
    /// `speed`: how many times faster than usual; more than zero.
    pub fn new(speed: f64) -> Self {
        Self { speed }
    }

    pub fn where_is(&self, parcel: &Parcel, now: Timestamp) -> Tracking {
        let shipped = parcel.handed_over.after(UNTIL_SHIPPED.div_f64(self.speed));
        let arrived = parcel
            .handed_over
            .after((UNTIL_SHIPPED + ON_THE_WAY).div_f64(self.speed));
        if now < shipped {
            return Tracking {
                whereabouts: Whereabouts::Waiting,
                look_again: Some(shipped),
            };
        }
        if now < arrived {
            return Tracking {
                whereabouts: Whereabouts::OnTheWay,
                look_again: Some(arrived),
            };
        }
        let whereabouts = match parcel.postcode.as_str() {
            COMES_BACK => Whereabouts::CameBack,
            IS_LOST => Whereabouts::Lost,
            _ => Whereabouts::Delivered,
        };
        Tracking {
            whereabouts,
            look_again: None,
        }
    }
}

impl Courier for SandboxCourier {
    fn track(&self, parcel: Parcel, now: Timestamp) -> Fut<'_, Result<Tracking, CourierError>> {
        let tracking = self.where_is(&parcel, now);
        Box::pin(std::future::ready(Ok(tracking)))
    }
}

#[cfg(test)]
mod tests {
    use kernel::OrderId;

    use super::*;

    #[test]
    fn parcels_are_shipped_after_5_s_and_arrive_10_s_later() {
        let start = Timestamp::from_micros(0);
        let order = OrderId::new(start, [1; 10]);
        let check = |speed: f64,
                     postcode: &str,
                     after_ms: u64,
                     expect: Whereabouts,
                     again_ms: Option<u64>| {
            let parcel = Parcel {
                order,
                postcode: postcode.to_owned(),
                handed_over: start,
            };
            let at = |ms| start.after(Duration::from_millis(ms));
            let expect = Tracking {
                whereabouts: expect,
                look_again: again_ms.map(at),
            };
            let found = SandboxCourier::new(speed).where_is(&parcel, at(after_ms));
            assert_eq!(
                found, expect,
                "{postcode} after {after_ms} ms at speed {speed}"
            );
        };
        check(1.0, "04524", 0, Whereabouts::Waiting, Some(5000));
        check(1.0, "04524", 4999, Whereabouts::Waiting, Some(5000));
        check(1.0, "04524", 5000, Whereabouts::OnTheWay, Some(15_000));
        check(1.0, "04524", 14_999, Whereabouts::OnTheWay, Some(15_000));
        check(1.0, "04524", 15_000, Whereabouts::Delivered, None);
        check(1.0, "00000", 5000, Whereabouts::OnTheWay, Some(15_000));
        check(1.0, "00000", 15_000, Whereabouts::CameBack, None);
        check(1.0, "00001", 15_000, Whereabouts::Lost, None);
        check(10.0, "04524", 499, Whereabouts::Waiting, Some(500));
        check(10.0, "04524", 500, Whereabouts::OnTheWay, Some(1500));
        check(10.0, "00001", 1500, Whereabouts::Lost, None);
        check(0.5, "04524", 9999, Whereabouts::Waiting, Some(10_000));
    }
}
