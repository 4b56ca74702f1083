mod admin;
mod bad_input;
mod board;
mod cancelling;
mod cart;
mod catalogue;
mod mails;
mod manners;
mod members;
mod orders;
mod parcels;
mod payments;
mod placing;
mod routes;

use crate::support::{Place, Plan, TestShop};

fn plan() -> Plan {
    Plan::on(Place::of_module(module_path!()))
}

async fn shop() -> TestShop {
    plan().open().await
}
