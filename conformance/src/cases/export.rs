//! Export of links as JSON Lines and as CSV.

use hop_core::csv;
use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, readable, sortable_time};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("export":
    json_lines_hold_all_links_except_deleted,
    csv_has_no_formulas_and_can_be_imported,
    export_is_per_domain,
    wrong_parameters_are_named,
    password_hashes_are_exported_only_on_request,
);

fn export(hop: &Deployment, query: &str) -> Response {
    hop.send(&Call::get(format!("/api/v1/export{query}")).admin())
}

/// Every page of an export.
fn pages(hop: &Deployment, query: &str, media_type: &str) -> Vec<Vec<u8>> {
    let (mut pages, mut next) = (Vec::new(), Some(format!("/api/v1/export{query}")));
    while let Some(address) = next {
        let response = hop.send(&Call::get(address).admin()).expect(200);
        assert_eq!(response.header("content-type").unwrap(), media_type);
        let links = response.header_values("link");
        let relation = |link: &String| link.strip_suffix(">; rel=\"next\"").map(|link| link.trim_start_matches('<').to_owned());
        next = links.iter().find_map(relation);
        assert_eq!(links.len(), usize::from(next.is_some()), "{links:?}");
        pages.push(response.body);
    }
    pages
}

fn lines(hop: &Deployment, query: &str) -> Vec<Value> {
    let text = String::from_utf8(pages(hop, query, "application/x-ndjson").concat()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json_lines_hold_all_links_except_deleted(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("lines"));
    for name in ["a", "b", "gone"] {
        super::link(hop, &format!("{stem}-{name}"), TARGET);
    }
    let gone = format!("{stem}-gone");
    hop.send(&Call::new("DELETE", address(&gone)).admin()).expect(204);
    readable(hop, &gone, |link| link.is_some_and(|link| link["state"] == "deleted"));
    for query in ["", "?limit=100", "?format=jsonl&limit=7"] {
        let mut found = lines(hop, query);
        assert!(found.iter().map(|link| sortable_time(&link["created_at"])).is_sorted_by(|a, b| a >= b), "newest first");
        found.retain(|link| link["alias"].as_str().unwrap().starts_with(&stem));
        found.iter().for_each(|link| assert_shape(link, "link"));
        let mut aliases: Vec<&str> = found.iter().map(|link| link["alias"].as_str().unwrap()).collect();
        aliases.sort_unstable();
        assert_eq!(aliases, [format!("{stem}-a"), format!("{stem}-b")], "{query}");
    }
}

fn csv_has_no_formulas_and_can_be_imported(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("rows"));
    let fields = json!({"alias": alias, "target": TARGET, "title": "＝HYPERLINK(\"https://evil.example\")", "note": "\n=1, \"two\",\nx;=1+1",
        "external_id": "@x", "tags": ["b", "a"]});
    create(hop, &fields).expect(201);
    readable(hop, &alias, |link| link.is_some());
    let mut found = Vec::new();
    for page in pages(hop, "?format=csv&limit=30", "text/csv; charset=utf-8") {
        let text = String::from_utf8(page.clone()).unwrap();
        assert!(text.starts_with("\"id\",\"alias\",\"domain\",\"target\","), "{text}");
        assert!(["\"=", ",=", "\"\n", "\"＝", "\"@"].iter().all(|formula| !text.contains(formula)), "{text}");
        let mut records = csv::CsvRecords::new(&page).map(Result::unwrap);
        let names = records.next().unwrap();
        for row in records.filter(|row| row.cells[1] == alias) {
            let csv = [&page[..names.end], &page[row.start..row.end]].concat();
            let call = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "text/csv").body(csv);
            let body = hop.send(&call).expect(200).json();
            assert_eq!(body["results"][0]["status"], 200, "an exported row is imported as the existing link: {body}");
            found.push(names.cells.iter().cloned().zip(row.cells).collect::<Vec<_>>());
        }
    }
    assert_eq!(found.len(), 1);
    let cell = |name: &str| found[0].iter().find(|(known, _)| known == name).unwrap().1.clone();
    for name in ["alias", "target", "title", "note", "external_id"] {
        assert_eq!(cell(name), fields[name].as_str().unwrap());
    }
    for (name, value) in [
        ("tags", "[\"a\",\"b\"]"),
        ("ends_at", ""),
        ("disabled", "false"),
        ("redirect_status", "302"),
        ("rules", "[]"),
        ("card", ""),
        ("version", "1"),
    ] {
        assert_eq!(cell(name), value, "{name}");
    }
    assert!(!found[0].iter().any(|(name, _)| name == "state" || name == "short_url"), "derived fields are left out");
}

fn export_is_per_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("elsewhere"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    let count = |query: &str| lines(hop, query).iter().filter(|link| link["alias"] == alias).count();
    assert_eq!((count("?domain=b.example&limit=100"), count("?limit=100")), (1, 0));
}

fn wrong_parameters_are_named(world: &World) {
    for (query, field, code) in [
        ("?format=xlsx", "/format", "invalid"),
        ("?format=csv&format=jsonl", "/format", "duplicate"),
        ("?limit=101", "/limit", "out_of_range"),
        ("?domain=evil.example", "/domain", "invalid"),
        ("?cursor=AAAA", "/cursor", "invalid"),
        ("?state=live", "/state", "unknown"),
    ] {
        let problem = export(world.hop(), query).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{query}");
    }
}

fn password_hashes_are_exported_only_on_request(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("secret"));
    create(hop, &json!({"alias": alias, "target": TARGET, "password": "twelve chars and more"})).expect(201);
    readable(hop, &alias, |link| link.is_some());
    let exported = |query: &str| lines(hop, query).into_iter().find(|link| link["alias"] == alias).unwrap();
    assert!(exported("?limit=100").get("password_hash").is_none());
    let link = exported("?passwords=true&limit=100");
    assert!(link["password_hash"].as_str().unwrap().starts_with("$argon2id$v=19$m="), "{link}");
    let call = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(link.to_string());
    assert_eq!(hop.send(&call).expect(200).json()["results"][0]["status"], 200, "the link exists already, with this password");
    let mut other = link;
    other["alias"] = format!("{alias}-too").into();
    let call = Call::new("POST", "/api/v1/import").admin().header("Content-Type", "application/x-ndjson").body(other.to_string());
    assert_eq!(hop.send(&call).expect(200).json()["results"][0]["status"], 201);
    readable(hop, &format!("{alias}-too"), |link| link.is_some_and(|link| link["has_password"] == true));
    let page = pages(hop, "?format=csv&passwords=true&limit=100", "text/csv; charset=utf-8").remove(0);
    assert!(String::from_utf8(page).unwrap().lines().next().unwrap().ends_with(",\"version\",\"password_hash\""));
}
