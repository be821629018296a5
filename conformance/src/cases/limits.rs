//! Click limits, as the API shows them. `spending.rs` tests how clicks are spent.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, link, readable};
use crate::client::Call;
use crate::deployment::Deployment;
use crate::world::World;

cases!("limits":
    unused_limited_links_are_live,
    limit_can_be_changed_and_removed,
    unused_limited_link_can_be_erased,
);

/// The aliases of a list without their common prefix, with their states.
fn listed(hop: &Deployment, stem: &str, filter: &str) -> Vec<(String, String)> {
    let page = hop.send(&Call::get(format!("/api/v1/links?limit=100&prefix={stem}-{filter}")).admin()).expect(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| (text(&item["alias"])[stem.len() + 1..].to_owned(), text(&item["state"]))).collect()
}

fn unused_limited_links_are_live(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("limits"));
    for (name, limit) in [("a", json!(1)), ("b", Value::Null), ("c", json!(1_000))] {
        let alias = format!("{stem}-{name}");
        let created = create(hop, &json!({"alias": alias, "target": TARGET, "max_clicks": limit})).expect(201).json();
        assert_eq!(created["state"], "live");
        let read = readable(hop, &alias, |link| link.is_some()).unwrap();
        assert_eq!((&read["state"], &read["max_clicks"]), (&json!("live"), &limit));
    }
    let all = ["a", "b", "c"].map(|name| (name.to_owned(), "live".to_owned()));
    assert_eq!(listed(hop, &stem, ""), all);
    assert_eq!(listed(hop, &stem, "&state=live"), all);
    assert_eq!(listed(hop, &stem, "&state=used_up"), []);
}

fn limit_can_be_changed_and_removed(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("relimited"));
    link(hop, &alias, TARGET);
    for (version, limit) in [(2, json!(3)), (3, json!(2)), (4, Value::Null), (5, json!(2))] {
        let body = json!({ "max_clicks": limit }).to_string();
        let call = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json").body(body);
        let changed = hop.send(&call).expect(200).json();
        assert_eq!((&changed["state"], &changed["max_clicks"], &changed["version"]), (&json!("live"), &limit, &json!(version)));
        readable(hop, &alias, |link| link.is_some_and(|link| link["version"] == version));
    }
}

fn unused_limited_link_can_be_erased(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("unused"));
    create(hop, &json!({"alias": alias, "target": TARGET, "max_clicks": 5})).expect(201);
    readable(hop, &alias, |link| link.is_some());
    hop.send(&Call::new("DELETE", format!("{}?erase=true", address(&alias))).admin()).expect(204);
    readable(hop, &alias, |link| link.is_none());
}
