//! Moving a context's data to another database: fence, copy, compare, hand over.
//!
//! 1. [`Fence::raise`] locks the source against writers, who wait; whoever raised it may die, and it falls.
//! 2. [`Fence::copy`] fills the target in one transaction and compares; [`Copied::keep`] commits. Nobody owns the copy yet.
//! 3. [`Fence::hand_over`] is the one commit that counts: from then on the source names the target as its owner.
//! 4. [`finish`] makes the target say so too. A crash before 3 undoes itself; after it, 4 is all that is missing.

mod check;
mod copy;
mod counters;
mod error;
mod fence;
pub(super) mod finish;
mod measure;
mod outbox;
mod rows;
mod shape;
mod side;
mod target;

pub use check::check;
pub use copy::{Copied, Progress};
pub use error::TransferError;
pub use fence::Fence;
pub use finish::{finish, tell};
pub use measure::measure;
pub use side::Side;

use super::{Conn, DbError};

/// Rebuilds, within the target's transaction, what a context derives from its rows and cannot be copied: an index of
/// the engine's own, say. The tables that hold it may be empty or not.
pub type AfterCopy = fn(&mut Conn) -> Result<(), DbError>;

/// How much of one table was, or would be, copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amount {
    pub table: String,
    pub rows: u64,
    /// Of the values alone.
    pub bytes: u64,
}
