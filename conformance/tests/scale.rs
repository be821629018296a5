//! Scale: a request reads as many rows of D1 with many links as with a thousand. A thousand links are compared with
//! 20,000, and with a million if `HOP_SLOW` is set.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on has failed"
)]

use std::ops::RangeInclusive;
use std::path::Path;

use hop_conformance::client::{Call, Response};
use hop_conformance::deployment::{Deployment, Settings};
use hop_conformance::edges::{Edge, end_with_this_process, workerd};
use hop_conformance::world::World;
use serde_json::{Value, json};

const FEW: u32 = 1_000;
const MANY: u32 = 20_000;
const MANY_IF_SLOW: u32 = 1_000_000;
/// Links written by one statement.
const LINKS_PER_STATEMENT: u32 = 100_000;

/// The link that is multiplied, and the time of its creation.
const FIRST: &str = "seed-0000000";
const CREATED_AT: u64 = 1_577_836_800_000;
const TARGET: &str = "https://example.com/same-target";

#[test]
fn rows_read_do_not_grow_with_links() {
    end_with_this_process();
    let most = if std::env::var_os("HOP_SLOW").is_some() { MANY_IF_SLOW } else { MANY };
    let [few, many] = [FEW, most].map(|count| {
        let folder = tempfile::tempdir().unwrap();
        seed(folder.path(), count);
        rows_read(folder.path(), count)
    });
    println!("\n{:<44}{:>28}{:>28}", "rows read", format!("{FEW} links"), format!("{most} links"));
    for ((what, few), (_, many)) in few.iter().zip(&many) {
        println!("{what:<44}{few:>28}{many:>28}");
    }
    assert_eq!(few, many);
}

fn start(state: &Path) -> Deployment {
    let settings = Settings { state: Some(state.to_owned()), metered: true, ..World::usual_settings() };
    Deployment::start(Edge::Workerd, &settings)
}

/// A row that hop wrote.
struct Row {
    key: String,
    value: String,
    token: String,
    expires_at: Option<u64>,
}

/// The rows of the first link: its record with its imported clicks, its index entries and its audit event.
struct First {
    id: String,
    /// When it was imported, as its audit event says.
    imported_at: u64,
    rows: Vec<Row>,
}

/// Creates the first link through hop.
fn create_first(state: &Path) -> First {
    let hop = start(state);
    let clicks = json!({"humans": 5, "bots": 2, "previews": 1});
    let line = json!({"alias": FIRST, "target": TARGET, "created_at": "2020-01-01T00:00:00Z", "tags": ["all"], "clicks": clicks});
    let import = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(line.to_string());
    assert_eq!(hop.send(&import).expect(200).json()["imported"], 1);
    let link = hop.send(&Call::get(format!("/api/v1/links/{FIRST}")).admin()).expect(200).json();
    hop.kill();
    let id = link["id"].as_str().unwrap().to_owned();
    let found = workerd::execute(state, "SELECT * FROM records WHERE key NOT LIKE 'tag/%' AND key NOT LIKE 'once/%'");
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let row = |row: &Value| Row {
        key: text(row, "key"),
        value: text(row, "value"),
        token: text(row, "token"),
        expires_at: row["expires_at"].as_u64(),
    };
    let rows: Vec<Row> = found.iter().map(row).collect();
    let mut kinds: Vec<&str> = rows.iter().map(|row| row.key.split('/').next().unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["audit", "by-tag", "by-target", "by-time", "by-word", "link"]);
    let event = rows.iter().find(|row| row.key.starts_with("audit/")).unwrap();
    let imported_at = serde_json::from_str::<Value>(&event.value).unwrap()["at"].as_u64().unwrap();
    First { id, imported_at, rows }
}

/// Creates one link through hop and multiplies it in the database, `count` times.
fn seed(state: &Path, count: u32) {
    let first = create_first(state);
    let mut from = 1;
    while from <= count {
        let to = (from + LINKS_PER_STATEMENT - 1).min(count);
        multiply(state, &first, from..=to);
        from = to + 1;
    }
    let sql = "SELECT count(*) AS links FROM records WHERE key >= 'link/hop.example/seed-' AND key < 'link/hop.example/seed.'";
    assert_eq!(workerd::execute(state, sql)[0]["links"], count + 1);
}

/// Writes links like the first one straight into the database: each with an alias, an id, tokens and seconds of its own.
fn multiply(state: &Path, first: &First, numbers: RangeInclusive<u32>) {
    let (_, number) = FIRST.split_once('-').unwrap();
    let mut changes = vec![
        (FIRST.to_owned(), "'seed-' || digits".to_owned()),
        // The number as a word.
        (format!("/{number}/"), "'/' || digits || '/'".to_owned()),
    ];
    for (name, moment) in [("created_at", CREATED_AT), ("at", first.imported_at)] {
        changes.push((format!("{:016x}", u64::MAX - moment), format!("printf('%016x', ~({moment} + 1000 * n))")));
        changes.push((format!("\"{name}\":{moment}"), format!("'\"{name}\":' || ({moment} + 1000 * n)")));
    }
    let mut names: Vec<&String> = first.rows.iter().map(|row| &row.token).chain([&first.id]).collect();
    names.sort_unstable();
    names.dedup();
    changes.extend(names.into_iter().map(|name| (name.clone(), format!("'{}' || name", &name[..name.len() - 7]))));
    let changed = |column: &str| changes.iter().fold(column.to_owned(), |text, (old, new)| format!("replace({text}, '{old}', {new})"));
    let (key, value, token) = (changed("key"), changed("value"), changed("token"));
    let (from, to) = (numbers.start(), numbers.end());
    let statements = first.rows.iter().map(|row| {
        let expires_at = row.expires_at.map_or_else(|| "NULL".into(), |moment| format!("{moment} + 1000 * n"));
        let row = [&row.key, &row.value, &row.token].map(|text| format!("'{}'", text.replace('\'', "''"))).join(", ");
        format!(
            "INSERT INTO records (key, value, token, expires_at) \
             WITH RECURSIVE numbers (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to}), \
             named AS (SELECT n, printf('%07d', n) AS digits, replace(printf('%07d', n), '0', 'z') AS name FROM numbers), \
             first (key, value, token) AS (VALUES ({row})) \
             SELECT {key}, {value}, {token}, {expires_at} FROM first CROSS JOIN named;\n"
        )
    });
    workerd::execute(state, &statements.collect::<String>());
}

/// The rows that each request reads while there are `count` links. No request is repeated, because a cached link would
/// not be read from the database.
fn rows_read(state: &Path, count: u32) -> Vec<(&'static str, String)> {
    let hop = start(state);
    let alias = |back: u32| format!("seed-{:07}", count - back);
    let link = |back: u32| format!("/api/v1/links/{}", alias(back));
    let get = |target: String| Call::get(target).admin();
    let patch = |body: Value| Call::new("PATCH", link(2)).admin().header("Content-Type", "application/json").body(body.to_string());
    let mut counts = Vec::new();
    let mut send = |what, call: &Call, status| {
        let response = hop.send(call).expect(status);
        counts.push((what, response.header("x-rows-read").unwrap()));
        response
    };

    let page = send("a page of a list", &get("/api/v1/links?limit=50".into()), 200);
    let newest = aliases(&page);
    assert_eq!(newest, (0..50).map(alias).collect::<Vec<_>>());
    let next = send("the next page", &get(page.json()["next"].as_str().unwrap().into()), 200);
    assert_eq!(aliases(&next), (50..100).map(alias).collect::<Vec<_>>());
    let page = send("a page by tag", &get("/api/v1/links?tag=all&limit=50".into()), 200);
    assert_eq!(aliases(&page), newest);
    let page = send("a page by prefix", &get("/api/v1/links?prefix=seed-00005&limit=50".into()), 200);
    assert_eq!(aliases(&page), (500..550).map(|number| format!("seed-{number:07}")).collect::<Vec<_>>());
    let page = send("a page by time", &get("/api/v1/links?created_from=2020-01-01T00:05:00Z&state=live&limit=50".into()), 200);
    assert_eq!(aliases(&page), newest);
    let page = send("a search", &get(format!("/api/v1/links?q=targ+{:07}&limit=50", count - 9)), 200);
    assert_eq!(aliases(&page), [alias(9)]);
    let page = send("a search for a common word", &get("/api/v1/links?q=see&limit=50".into()), 200);
    assert_eq!(aliases(&page), newest);
    let page = send("a page of the export", &get("/api/v1/export?limit=50".into()), 200);
    assert_eq!(page.text().lines().count(), 50);
    let page = send("a page of the audit log", &get("/api/v1/audit?limit=50".into()), 200);
    assert_eq!(aliases(&page), newest);
    let tags = send("the tags", &get("/api/v1/tags".into()), 200).json();
    assert_eq!(tags["items"], json!([{"tag": "all", "links": 1_000, "exact": false}]));
    let shown = send("a lookup", &get(link(0)), 200).json();
    let clicks = ["humans", "bots", "previews"].map(|kind| &shown["clicks"][kind]);
    assert_eq!((&shown["alias"], clicks), (&json!(alias(0)), [&json!(5), &json!(2), &json!(1)]));
    let versions = send("the history of a link", &get(format!("{}/history", link(0))), 200).json();
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    send("an explanation", &Call::post_json(&format!("{}/explain", link(0)), &json!({})), 200);
    let followed = send("a redirect without a cached link", &Call::get(format!("/{}", alias(1))), 302);
    assert_eq!(followed.header("location").unwrap(), TARGET);
    send("an unknown alias", &Call::get(format!("/no-{count}")), 404);
    send("the availability of an alias", &get(format!("/api/v1/aliases/no-{count}")), 200);
    send("a creation", &Call::post_json("/api/v1/links", &json!({"alias": format!("new-{count}"), "target": TARGET})), 201);
    send("a creation under a generated alias", &Call::post_json("/api/v1/links", &json!({"target": TARGET})), 201);
    let taken = json!({"alias": alias(0), "target": TARGET});
    send("a creation under a taken alias", &Call::post_json("/api/v1/links", &taken), 409);
    let found = json!({"target": TARGET, "find_if_exists": true});
    send("a search for a link to a target", &Call::post_json("/api/v1/links", &found), 200);
    let edited = send("an edit", &patch(json!({"title": "t"})), 200).json();
    assert_eq!((&edited["title"], &edited["version"]), (&json!("t"), &json!(2)));
    send("an edit of tags", &patch(json!({"tags": ["all", "other"]})), 200);
    send("a rename", &patch(json!({"alias": format!("moved-{count}")})), 200);
    send("a deletion", &Call::new("DELETE", link(3)).admin(), 204);
    let page = get("/api/v1/links?limit=50".into());
    let deleted = aliases(&send("a page after a deletion", &page, 200));
    assert!(!deleted.contains(&alias(3)) && deleted.contains(&alias(4)) && deleted.contains(&format!("moved-{count}")));
    send("a restoration", &Call::new("POST", format!("{}/restore", link(3))).admin(), 200);
    send("an erasure", &Call::new("DELETE", format!("{}?erase=true", link(4))).admin(), 204);
    let items = json!([{"op": "update", "alias": alias(5), "patch": {"title": "t"}}, {"op": "delete", "alias": alias(6)}]);
    send("a batch", &Call::post_json("/api/v1/batch", &json!({"items": items})), 200);
    let retag = Call::new("PATCH", "/api/v1/tags/all").admin().header("Content-Type", "application/json");
    send("a tag renamed on some links", &retag.body(json!({"tag": "every"}).to_string()), 200);
    hop.kill();
    counts
}

/// The aliases of the links on a page, or of its audit events.
fn aliases(page: &Response) -> Vec<String> {
    page.json()["items"].as_array().unwrap().iter().map(|item| item["alias"].as_str().unwrap().to_owned()).collect()
}
