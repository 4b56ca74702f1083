//! The saga: one order after another step, each a command to one other context that may come again, followed by one
//! write. A crash anywhere leaves an order whose next step is known; taking it twice does no harm.

mod bell;
mod drive;
mod steps;
mod worker;

pub use bell::Bell;
pub use drive::Saga;
pub use worker::SagaWorker;

/// Where a test may stop the process dead (`FAILPOINTS=orders::reserved=return`).
pub fn milestone(name: &str) {
    let _ = name;
    fail::fail_point!(name, |_| std::process::abort());
}
