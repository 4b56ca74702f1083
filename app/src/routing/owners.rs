//! No route goes to a side that may not serve the context's data.

use std::collections::BTreeMap;
use std::time::Instant;

use platform::db::transfer::Side;
use platform::db::{NOBODY, Place};
use strangler::{Discovery, Instance, Position, Problem, Registry, Route, RouteTable, Target};

use crate::house::CONTEXTS;

/// What is asked when a table is to take effect.
pub struct Owners {
    /// Where the shop's own databases are.
    pub place: Place,
    /// Of the running router; a command knows of no instance.
    pub registry: Option<Registry>,
}

impl Owners {
    pub fn refused(&self, table: &RouteTable) -> Vec<Problem> {
        let mut known = BTreeMap::new();
        let problems = table.routes.iter().map(|route| {
            let holder = known
                .entry(route.context.as_str())
                .or_insert_with(|| self.elsewhere(&route.context));
            self.refuse(table, route, holder.as_deref())
        });
        problems.flatten().chain(missing(table)).collect()
    }

    fn refuse(&self, table: &RouteTable, route: &Route, holder: Option<&str>) -> Option<Problem> {
        let context = &route.context;
        let what = if let (true, Some(holder)) =
            (route.backend.share_of(&Target::Module) > 0, holder)
        {
            format!(
                "the module may not serve \"{context}\": {holder} owns its data; `banyan route set` sends its routes to the service there, `banyan move {context} reverse` brings the data back"
            )
        } else {
            let mut services = route.backend.services();
            if let Some(name) = services.find(|name| self.knows_nothing_of(table, name, context)) {
                return Some(Problem {
                    at: route.at,
                    what: format!("the service \"{name}\" does not hold \"{context}\""),
                });
            }
            let waiting = route.backend.services();
            let waiting = waiting.filter_map(|name| self.who_may_not(table, name, context));
            let owner = holder.unwrap_or("the shop's own database");
            let (name, database) = waiting.last()?;
            format!(
                "the service \"{name}\" may not serve \"{context}\" from {database}: {owner} owns the data; `banyan move {context} switch --to …` moves them"
            )
        };
        Some(Problem { at: route.at, what })
    }

    /// Who owns the context's data, if it is not the shop's own database.
    fn elsewhere(&self, context: &str) -> Option<String> {
        let (context, _) = CONTEXTS.into_iter().find(|(name, _)| *name == context)?;
        let home = Side::new(self.place.clone(), context);
        match home.owner() {
            Ok(Some(owner)) if owner.holder != NOBODY && !home.is_meant_by(&owner.holder) => {
                Some(owner.holder)
            }
            Ok(_) => None,
            // a database that cannot be asked now is no reason to refuse a table
            Err(error) => {
                tracing::warn!(context, %error, "who owns the data cannot be asked");
                None
            }
        }
    }

    /// A service of ours whose instances are there, and say nothing of the context.
    fn knows_nothing_of(&self, table: &RouteTable, name: &str, context: &str) -> bool {
        let instances = self.instances(table, name).unwrap_or_default();
        let mut told = instances.iter().map(|instance| &instance.about);
        !instances.is_empty() && told.all(|about| !about.contains_key(context))
    }

    /// Those of a service of ours that registers.
    fn instances(&self, table: &RouteTable, name: &str) -> Option<Vec<Instance>> {
        let service = table.service(name)?;
        if service.foreign || service.discovery != Discovery::Registry {
            return None;
        }
        Some(self.registry.as_ref()?.instances(service, Instant::now()))
    }

    /// A service of ours all of whose instances wait for data, and where one of them does.
    fn who_may_not<'t>(
        &self,
        table: &'t RouteTable,
        name: &str,
        context: &str,
    ) -> Option<(&'t str, String)> {
        let service = table.service(name)?;
        let instances = self.instances(table, name)?;
        if instances.iter().any(|instance| instance.is_ready) {
            return None;
        }
        let database = instances.first()?.about.get(context)?.clone();
        Some((&service.name, database))
    }
}

/// What belongs to the frame, and must lead to it whatever else the file says: a shop without its console cannot be
/// put right in a browser.
const FRAME: [&str; 3] = ["/console", "/api/routes", "/api/registry"];

/// A file that was cut off may still be one; it is no table of this shop when a part of the shop is not in it.
pub fn missing(table: &RouteTable) -> Vec<Problem> {
    let contexts = CONTEXTS
        .into_iter()
        .filter(|(name, _)| strangler::find_context(table, name).is_none());
    let contexts = contexts.map(|(name, _)| {
        format!("no route matches \"/internal/{name}\": the context \"{name}\" is missing")
    });
    let frame = FRAME.into_iter().filter(|path| {
        strangler::find(table, "GET", path).is_none_or(|route| route.context != strangler::HOME)
    });
    let frame = frame.map(|path| {
        format!(
            "\"{path}\" leads to no route of the context \"{}\"",
            strangler::HOME
        )
    });
    let at = Position { line: 1, column: 1 };
    contexts
        .chain(frame)
        .map(|what| Problem { at, what })
        .collect()
}
