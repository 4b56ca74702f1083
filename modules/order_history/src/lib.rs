//! order_history
