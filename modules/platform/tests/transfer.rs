//! What a move promises: nothing that was acknowledged is lost, nobody serves what has moved, and the copy is the same.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod moving;
