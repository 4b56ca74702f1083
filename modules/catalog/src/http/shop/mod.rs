//! What shoppers see.

mod list;
mod show;

pub use list::list;
pub use show::show;

#[cfg(test)]
pub use list::ListPage;
#[cfg(test)]
pub use show::ShowPage;
