//! The table as one worker follows it, with what the worker keeps for each of its routes.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use super::hooks::{Count, Observe};
use super::side::Side;
use crate::live::{Live, LiveCache};
use crate::table::RouteTable;

pub(super) struct Followed {
    live: RefCell<LiveCache>,
    held: RefCell<Rc<Held>>,
}

/// Held while a request lasts, so that it ends where it began; counted by this thread alone.
pub(super) struct Held {
    table: Arc<RouteTable>,
    /// By route.
    counters: Vec<RefCell<Counters>>,
}

/// Who counts the sides of a route that have answered, of which there are few.
type Counters = Vec<(Side, Rc<dyn Count>)>;

impl Followed {
    pub fn new(live: &Live) -> Self {
        Self {
            live: RefCell::new(live.cache()),
            held: RefCell::new(Rc::new(Held::new(live.table()))),
        }
    }

    pub fn table(&self) -> Rc<Held> {
        let mut live = self.live.borrow_mut();
        let now = &live.load().table;
        let mut held = self.held.borrow_mut();
        if !Arc::ptr_eq(now, &held.table) {
            *held = Rc::new(Held::new(Arc::clone(now)));
        }
        Rc::clone(&held)
    }
}

impl Held {
    fn new(table: Arc<RouteTable>) -> Self {
        let counters = table.routes.iter().map(|_| RefCell::default()).collect();
        Self { table, counters }
    }

    pub fn counter(&self, route: usize, side: Side, observe: &dyn Observe) -> Rc<dyn Count> {
        let mut known = self.counters[route].borrow_mut();
        if let Some((_, counter)) = known.iter().find(|(its, _)| *its == side) {
            return Rc::clone(counter);
        }
        let counter = observe.side(&self.routes[route].name, self.name_of(side));
        known.push((side, Rc::clone(&counter)));
        counter
    }

    fn name_of(&self, side: Side) -> &str {
        match side {
            Side::Module => super::MODULE,
            Side::Service(number) => &self.services[number].name,
        }
    }
}

impl Deref for Held {
    type Target = RouteTable;

    fn deref(&self) -> &RouteTable {
        &self.table
    }
}
