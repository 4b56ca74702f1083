use kernel::Timestamp;
use platform::events::{Event, Outcome, consume};

use super::*;
use crate::cli::Serve;
use crate::settings::Given;

fn house(folder: &std::path::Path) -> House {
    let given: Given = toml::from_str(&format!(
        "data = {folder:?}\nroutes = {:?}",
        folder.join("routes.toml")
    ))
    .unwrap();
    House::open(&Settings::resolve(given).unwrap(), &Role::Whole).unwrap()
}

/// Everything that any context publishes.
fn samples() -> Vec<(&'static str, serde_json::Value)> {
    [
        members::events::samples(),
        orders::events::samples(),
        payments::events::samples(),
        stock::events::samples(),
        shipping::events::samples(),
    ]
    .concat()
}

fn event((kind, data): &(&'static str, serde_json::Value)) -> Event {
    Event {
        specversion: "1.0".to_owned(),
        id: format!("sample:{kind}"),
        kind: (*kind).to_owned(),
        source: "/sample".to_owned(),
        subject: kind.to_string(),
        time: Timestamp::from_micros(0),
        traceparent: None,
        data: data.clone(),
    }
}

#[tokio::test]
async fn every_consumer_can_read_every_event_that_it_wants_to_hear() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path());
    let samples = samples();
    for (context, inbound) in &house.desk.inbound {
        for kind in inbound.types() {
            let sample = samples.iter().find(|(published, _)| published == kind);
            let sample = sample
                .unwrap_or_else(|| panic!("{context} waits for {kind}, which nobody publishes"));
            let outcomes = consume(inbound, vec![event(sample)], Timestamp::from_micros(0))
                .await
                .unwrap();
            // what a sample is about may not exist here; but it must be readable
            if let Outcome::Rejected(why) = &outcomes[0] {
                assert!(!why.starts_with(kind), "{context} cannot read it: {why}");
            }
        }
    }
}

#[tokio::test]
async fn what_contexts_say_that_they_hear_is_what_their_inbound_wants() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(folder.path());
    for (context, hears) in CONTEXTS {
        let wants = house
            .desk
            .inbound
            .get(context)
            .map(|inbound| inbound.types())
            .unwrap_or_default();
        assert_eq!(hears, wants, "{context}");
    }
}

#[test]
fn the_routes_file_knows_every_context() {
    let table = strangler::parse(strangler::BUILT_IN).unwrap();
    for (context, _) in CONTEXTS {
        assert!(
            strangler::find_context(&table, context).is_some(),
            "{context}"
        );
    }
}

#[test]
fn a_context_that_nobody_knows_is_a_usage_error_that_names_those_there_are() {
    let settings =
        Settings::resolve(toml::from_str("data = 'd'\nservice-key = 'k'").unwrap()).unwrap();
    let flags = Serve {
        only: vec!["catalogue".to_owned()],
        ..Serve::default()
    };
    let Err(Failure::Usage(why)) = Role::of(&settings, &flags) else {
        panic!("it was accepted")
    };
    assert!(
        why.contains("catalogue") && why.contains("catalog,"),
        "{why}"
    );
}
