//! Which instances of a service are there. In memory: who is alive says so again and again, and a router that
//! starts anew knows everyone after one heartbeat.

pub mod http;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::table::{Discovery, Endpoint, LoadBalancer, Service};

/// The instances of all services, for every thread of this process. Cheap to clone.
#[derive(Clone, Default)]
pub struct Registry(Arc<Inner>);

/// An entry lapses when it was not renewed for so long.
pub const LEASE: Duration = Duration::from_secs(5);

/// How often an instance says that it is there.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// An instance that refuses connections is left out for so long, or until it says that it is there.
pub const TIME_OUT: Duration = Duration::from_secs(1);

/// What an instance says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// `http://host:port`
    pub endpoint: String,
    /// `false`: it is there, and gets nothing to answer yet.
    #[serde(default = "yes")]
    pub is_ready: bool,
    /// Whatever the application wants to know of its instances; the router does not look at it.
    #[serde(default)]
    pub about: BTreeMap<String, String>,
}

/// One process that answers for a service.
#[derive(Clone, Debug)]
pub struct Instance {
    pub id: String,
    pub endpoint: Endpoint,
    pub about: BTreeMap<String, String>,
    /// When it first said that it is there.
    pub since: Instant,
    /// `None`: the routes file says where it is, and it needs no heartbeat.
    pub until: Option<Instant>,
    /// It says that it can answer.
    pub is_ready: bool,
    /// Since when it has said that it cannot; [`Registry::put`] sees to it.
    pub waits_since: Option<Instant>,
    /// It refused a connection a moment ago.
    pub is_out: bool,
}

#[derive(Default)]
struct Inner {
    services: RwLock<HashMap<String, Arc<Entries>>>,
    /// Until when instances are left out; nearly always empty.
    out: RwLock<HashMap<Endpoint, Instant>>,
}

#[derive(Default)]
struct Entries {
    instances: Vec<Instance>,
    /// Whose turn it is.
    turn: Arc<AtomicUsize>,
}

impl Registry {
    /// Takes an instance in or renews its lease. Another one at the same address is gone: its address was given on.
    pub fn put(&self, service: &str, mut instance: Instance) {
        let now = instance.since;
        write(&self.0.out).remove(&instance.endpoint);
        let mut services = write(&self.0.services);
        let entries = services.entry(service.to_owned()).or_default();
        let known = entries
            .instances
            .iter()
            .find(|known| known.id == instance.id);
        if let Some(known) = known.filter(|known| known.endpoint == instance.endpoint) {
            instance.since = known.since;
        }
        let waited = known.and_then(|known| known.waits_since);
        instance.waits_since = (!instance.is_ready).then(|| waited.unwrap_or(now));
        let (id, endpoint) = (&instance.id, &instance.endpoint);
        let others = entries
            .instances
            .iter()
            .filter(|other| other.id != *id && other.endpoint != *endpoint);
        let mut instances: Vec<Instance> = others
            .filter(|other| other.until > Some(now))
            .cloned()
            .collect();
        instances.push(instance);
        // in the same order after each heartbeat: everyone has a turn
        instances.sort_by(|a, b| a.id.cmp(&b.id));
        *entries = Arc::new(Entries {
            instances,
            turn: Arc::clone(&entries.turn),
        });
    }

    /// `false`: it was not there.
    pub fn remove(&self, service: &str, id: &str) -> bool {
        let mut services = write(&self.0.services);
        let Some(entries) = services.get_mut(service) else {
            return false;
        };
        let left: Vec<Instance> = entries
            .instances
            .iter()
            .filter(|other| other.id != id)
            .cloned()
            .collect();
        let was_there = left.len() < entries.instances.len();
        *entries = Arc::new(Entries {
            instances: left,
            turn: Arc::clone(&entries.turn),
        });
        was_there
    }

    /// The instance whose turn it is; `None`: the service is not there.
    pub fn pick(&self, service: &Service, now: Instant) -> Option<Endpoint> {
        let LoadBalancer::RoundRobin = service.load_balancer;
        let entries = self.entries(&service.name);
        let is_well = |endpoint: &Endpoint| !self.is_out(endpoint, now);
        match &service.discovery {
            Discovery::Endpoints(endpoints) => in_turn(endpoints, &entries.turn, is_well).cloned(),
            Discovery::Registry => {
                let is_there = |instance: &Instance| {
                    instance.is_ready && instance.until > Some(now) && is_well(&instance.endpoint)
                };
                in_turn(&entries.instances, &entries.turn, is_there)
                    .map(|instance| instance.endpoint.clone())
            }
        }
    }

    /// Instances are there, none can answer, and for one of them that is news of the last `moment`: it may be about to.
    pub fn is_in_between(&self, service: &Service, now: Instant, moment: Duration) -> bool {
        if service.discovery != Discovery::Registry {
            return false;
        }
        let entries = self.entries(&service.name);
        let mut there = entries
            .instances
            .iter()
            .filter(|instance| instance.until > Some(now));
        let is_new = |since: Instant| now.saturating_duration_since(since) < moment;
        let mut is_news = false;
        there.all(|instance| {
            is_news |= instance.waits_since.is_some_and(is_new);
            !instance.is_ready
        }) && is_news
    }

    /// Those that are there, and those of the routes file, which need not be.
    pub fn instances(&self, service: &Service, now: Instant) -> Vec<Instance> {
        let mut found = match &service.discovery {
            Discovery::Endpoints(endpoints) => endpoints
                .iter()
                .map(|endpoint| written(endpoint, now))
                .collect(),
            Discovery::Registry => self.entries(&service.name).instances.clone(),
        };
        found.retain(|instance| instance.until.is_none_or(|until| until > now));
        for instance in &mut found {
            instance.is_out = self.is_out(&instance.endpoint, now);
        }
        found
    }

    /// It refused a connection: the others take its turns for a moment.
    pub fn leave_out(&self, endpoint: &Endpoint, now: Instant) {
        let mut out = write(&self.0.out);
        out.retain(|_, until| *until > now);
        out.insert(endpoint.clone(), now + TIME_OUT);
    }

    fn is_out(&self, endpoint: &Endpoint, now: Instant) -> bool {
        read(&self.0.out)
            .get(endpoint)
            .is_some_and(|until| *until > now)
    }

    fn entries(&self, service: &str) -> Arc<Entries> {
        if let Some(entries) = read(&self.0.services).get(service) {
            return Arc::clone(entries);
        }
        Arc::clone(
            write(&self.0.services)
                .entry(service.to_owned())
                .or_default(),
        )
    }
}

fn in_turn<'i, T>(all: &'i [T], turn: &AtomicUsize, fits: impl Fn(&T) -> bool) -> Option<&'i T> {
    let first = match all.len() {
        0 => return None,
        1 => 0,
        length => turn.fetch_add(1, Ordering::Relaxed) % length,
    };
    let (before, from) = all.split_at(first);
    from.iter().chain(before).find(|one| fits(one))
}

fn written(endpoint: &Endpoint, now: Instant) -> Instance {
    Instance {
        id: endpoint.to_string(),
        endpoint: endpoint.clone(),
        about: BTreeMap::new(),
        since: now,
        until: None,
        is_ready: true,
        waits_since: None,
        is_out: false,
    }
}

fn yes() -> bool {
    true
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
