#[cfg(feature = "failpoints")]
mod fail_points;
mod kills;
mod ledger;
mod races;

use crate::support::{Place, Plan};

fn plan() -> Plan {
    Plan::on(Place::of_module(module_path!()))
}
