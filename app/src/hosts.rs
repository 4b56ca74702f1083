//! Whom this process holds, and the way to everyone: the contexts' hosts, their ports, their opening.

use std::sync::Arc;

use platform::context::Context;
use platform::db::{Databases, Db, Migrations, OpenError};
use platform::ports::{Neighbours, Port};
use platform::shell::Shell;

use crate::anticorruption as ac;
use crate::failure::Failure;
use crate::role::Role;
use crate::settings::Settings;

/// The hosts of the contexts that this process holds.
pub struct Hosts {
    pub members: Option<Arc<members::Host>>,
    pub catalog: Option<Arc<catalog::Host>>,
    pub stock: Option<Arc<stock::Host>>,
    pub cart: Option<Arc<cart::Host>>,
    pub orders: Option<Arc<orders::Host>>,
    pub payments: Option<Arc<payments::Host>>,
    pub shipping: Option<Arc<shipping::Host>>,
    pub order_history: Option<Arc<order_history::Host>>,
    pub board: Option<Arc<board::Host>>,
    pub notifications: Option<Arc<notifications::Host>>,
    /// Those of all of them.
    pub databases: Vec<Db>,
}

/// The way to each context, wherever it is.
#[derive(Clone)]
pub struct Ports {
    pub members: Port<members::Host>,
    pub catalog: Port<catalog::Host>,
    pub stock: Port<stock::Host>,
    pub cart: Port<cart::Host>,
    pub orders: Port<orders::Host>,
    pub payments: Port<payments::Host>,
    pub shipping: Port<shipping::Host>,
    pub order_history: Port<order_history::Host>,
    pub board: Port<board::Host>,
    pub notifications: Port<notifications::Host>,
}

impl Hosts {
    /// Opens the databases of the contexts that `role` holds, and no other.
    pub fn open(databases: &Databases, role: &Role, shell: &Arc<Shell>) -> Result<Self, Failure> {
        let mut opened = Vec::new();
        let mut db = |name: &'static str, migrations: Migrations| -> Result<_, OpenError> {
            if !role.holds(name) {
                return Ok(None);
            }
            let db = databases.open(name, migrations)?;
            opened.push(db.clone());
            Ok(Some(db))
        };
        let clock = || shell.clock.clone();
        let shell = || shell.clone();
        Ok(Self {
            members: db(members::NAME, members::migrations())?
                .map(|db| Arc::new(members::Host::new(db, shell()))),
            catalog: db(catalog::NAME, catalog::migrations())?
                .map(|db| Arc::new(catalog::Host { db, clock: clock() })),
            stock: db(stock::NAME, stock::migrations())?
                .map(|db| Arc::new(stock::Host { db, clock: clock() })),
            cart: db(cart::NAME, cart::migrations())?
                .map(|db| Arc::new(cart::Host::new(db, shell()))),
            orders: db(orders::NAME, orders::migrations())?.map(|db| Arc::new(orders::Host { db })),
            payments: db(payments::NAME, payments::migrations())?
                .map(|db| Arc::new(payments::Host::new(db, shell()))),
            shipping: db(shipping::NAME, shipping::migrations())?
                .map(|db| Arc::new(shipping::Host::new(db, shell()))),
            order_history: db(order_history::NAME, order_history::migrations())?
                .map(|db| Arc::new(order_history::Host::new(db, shell()))),
            board: db(board::NAME, board::migrations())?
                .map(|db| Arc::new(board::Host::new(db, shell()))),
            notifications: db(notifications::NAME, notifications::migrations())?
                .map(|db| Arc::new(notifications::Host::new(db, shell()))),
            databases: opened,
        })
    }

    pub fn ports(&self, neighbours: &Arc<Neighbours>) -> Ports {
        let to = || neighbours.clone();
        Ports {
            members: Port::new(members::NAME, self.members.clone(), to()),
            catalog: Port::new(catalog::NAME, self.catalog.clone(), to()),
            stock: Port::new(stock::NAME, self.stock.clone(), to()),
            cart: Port::new(cart::NAME, self.cart.clone(), to()),
            orders: Port::new(orders::NAME, self.orders.clone(), to()),
            payments: Port::new(payments::NAME, self.payments.clone(), to()),
            shipping: Port::new(shipping::NAME, self.shipping.clone(), to()),
            order_history: Port::new(order_history::NAME, self.order_history.clone(), to()),
            board: Port::new(board::NAME, self.board.clone(), to()),
            notifications: Port::new(notifications::NAME, self.notifications.clone(), to()),
        }
    }

    /// Each context with what it needs of others.
    pub fn contexts(&self, ports: &Ports, shell: &Arc<Shell>, settings: &Settings) -> Vec<Context> {
        let p = ports;
        let shell = || shell.clone();
        let opened = [
            self.members
                .clone()
                .map(|host| members::open(host, shell(), members_needs(p))),
            self.catalog
                .clone()
                .map(|host| catalog::open(host, shell(), catalog_needs(p))),
            self.stock.clone().map(|host| stock::open(host, shell())),
            self.cart
                .clone()
                .map(|host| cart::open(host, shell(), cart_needs(p))),
            self.orders
                .clone()
                .map(|host| orders::open(host, shell(), orders_needs(p))),
            self.payments
                .clone()
                .map(|host| payments::open(host, shell())),
            self.shipping.clone().map(|host| {
                shipping::open(
                    host,
                    shell(),
                    shipping::Options {
                        speed: settings.sandbox_speed,
                    },
                )
            }),
            self.order_history
                .clone()
                .map(|host| order_history::open(host, shell())),
            self.board
                .clone()
                .map(|host| board::open(host, shell(), board_needs(p))),
            self.notifications.clone().map(|host| {
                let options = notifications::Options {
                    smtp: settings.smtp.clone(),
                };
                notifications::open(host, shell(), notifications_needs(p), options)
            }),
        ];
        opened.into_iter().flatten().collect()
    }
}

fn members_needs(p: &Ports) -> members::Needs {
    members::Needs {
        post: Arc::new(ac::MembersPost(p.notifications.clone())),
    }
}

fn catalog_needs(p: &Ports) -> catalog::Needs {
    catalog::Needs {
        shelf: Arc::new(ac::CatalogStock(p.stock.clone())),
        opinions: Arc::new(ac::CatalogOpinions(p.board.clone())),
    }
}

fn cart_needs(p: &Ports) -> cart::Needs {
    cart::Needs {
        shelf: Arc::new(ac::CartShelf(p.catalog.clone())),
        stock: Arc::new(ac::CartStock(p.stock.clone())),
    }
}

fn orders_needs(p: &Ports) -> orders::needs::Needs {
    orders::needs::Needs {
        shelf: Arc::new(ac::OrdersShelf(p.catalog.clone())),
        stock: Arc::new(ac::OrdersStock(p.stock.clone())),
        till: Arc::new(ac::OrdersTill(p.payments.clone())),
        courier: Arc::new(ac::OrdersCourier(p.shipping.clone())),
        cart: Arc::new(ac::OrdersCart(p.cart.clone())),
        address_book: Arc::new(ac::OrdersAddressBook(p.members.clone())),
    }
}

fn board_needs(p: &Ports) -> board::Needs {
    board::Needs {
        authors: Arc::new(ac::BoardAuthors(p.members.clone())),
        purchases: Arc::new(ac::BoardPurchases(p.orders.clone())),
        shelf: Arc::new(ac::BoardShelf(p.catalog.clone())),
    }
}

fn notifications_needs(p: &Ports) -> notifications::Needs {
    notifications::Needs {
        recipients: Arc::new(ac::NotificationsRecipients(p.members.clone())),
    }
}
