//! Calls between contexts. A call is a type; [`Port::call`] exists once and decides, by the route table, who answers:
//! the context in this process (no serialisation) or `POST /internal/<context>/<call>` elsewhere.

mod call;
pub mod internal;
mod neighbours;
mod port;
mod remote;

pub use call::{Answers, Call, Calls, Ctx, Unavailable};
pub use neighbours::{Neighbours, Place, Placement, There};
pub use port::Port;
pub use remote::HttpDelivery;
