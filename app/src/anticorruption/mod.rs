//! The only place that sees two contexts: one translation per consumer and supplier, named after both.

mod board_catalog;
mod board_members;
mod board_orders;
mod cart_catalog;
mod cart_stock;
mod catalog_board;
mod catalog_stock;
mod members_notifications;
mod notifications_members;
mod orders_cart;
mod orders_catalog;
mod orders_members;
mod orders_payments;
mod orders_shipping;
mod orders_stock;

pub use board_catalog::BoardShelf;
pub use board_members::BoardAuthors;
pub use board_orders::BoardPurchases;
pub use cart_catalog::CartShelf;
pub use cart_stock::CartStock;
pub use catalog_board::CatalogOpinions;
pub use catalog_stock::CatalogStock;
pub use members_notifications::MembersPost;
pub use notifications_members::NotificationsRecipients;
pub use orders_cart::OrdersCart;
pub use orders_catalog::OrdersShelf;
pub use orders_members::OrdersAddressBook;
pub use orders_payments::OrdersTill;
pub use orders_shipping::OrdersCourier;
pub use orders_stock::OrdersStock;
