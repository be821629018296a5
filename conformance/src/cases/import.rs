//! Import of links from JSON Lines or CSV, each line with its own result.

use serde_json::{Value, json};

use super::batch::limit;
use super::{TARGET, address, cases, field_errors, link, readable, show};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("import":
    each_line_has_its_own_result,
    csv_rows_are_imported_like_json_lines,
    import_keeps_owner_creation_time_and_clicks,
    importing_an_export_again_creates_nothing,
    dry_run_writes_nothing,
    long_import_continues_at_the_returned_offset,
    unreadable_import_creates_nothing,
);

const LINES: &str = "application/x-ndjson";
const ROWS: &str = "text/csv";

fn call(query: &str, media_type: &str, text: impl Into<Vec<u8>>) -> Call {
    Call::new("POST", format!("/api/v1/import{query}")).admin().header("Content-Type", media_type).body(text)
}

fn import(hop: &Deployment, query: &str, media_type: &str, text: impl Into<Vec<u8>>) -> Value {
    let body = hop.send(&call(query, media_type, text)).expect(200).json();
    assert_shape(&body, "import-results");
    body
}

/// The number, the status and the code of every line.
fn outcomes(body: &Value) -> Vec<(u64, u64, &str)> {
    let results = body["results"].as_array().unwrap();
    let outcome = |result: &'_ Value| (result["line"].as_u64().unwrap(), result["status"].as_u64().unwrap());
    let code = |index: usize| body["results"][index]["problem"]["code"].as_str().unwrap_or_default();
    results.iter().enumerate().map(|(index, result)| (outcome(result).0, outcome(result).1, code(index))).collect()
}

fn line(alias: &str) -> String {
    json!({"target": TARGET, "alias": alias}).to_string()
}

fn each_line_has_its_own_result(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("import"));
    link(hop, &format!("{stem}-there"), TARGET);
    let there = format!("{stem}-there");
    let other = json!({"target": "https://example.org/", "alias": there});
    let first = format!("\u{feff}{}\r\n\r\n{{\"target\":\n{}\n{other}\n", line(&format!("{stem}-a")), line(&there));
    let body = import(hop, "", LINES, first);
    assert_eq!(outcomes(&body), [(1, 201, ""), (3, 400, "malformed_json"), (4, 200, ""), (5, 409, "alias_taken")]);
    assert_eq!((&body["imported"], &body["existing"], &body["failed"], &body["next"]), (&json!(1), &json!(1), &json!(2), &Value::Null));
    readable(hop, &format!("{stem}-a"), |link| link.is_some());
    hop.send(&Call::new("DELETE", address(&there)).admin()).expect(204);
    readable(hop, &there, |link| link.is_some_and(|link| link["state"] == "deleted"));
    let wrong = json!({"target": "x", "alias": "api", "colour": 1, "created_at": "now"});
    let body = import(hop, "", "application/jsonl", format!("{}\n{wrong}\n7", line(&there)));
    assert_eq!(outcomes(&body), [(1, 409, "alias_retired"), (2, 422, "invalid_fields"), (3, 422, "invalid_fields")]);
    let mut fields = field_errors(&body["results"][1]["problem"]);
    fields.sort();
    let expected = [("/alias", "reserved"), ("/colour", "unknown"), ("/created_at", "invalid"), ("/target", "invalid")];
    assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
}

fn csv_rows_are_imported_like_json_lines(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("rows"));
    let text = format!(
        "alias,target,note,tags,strict\r\n{stem}-a,{TARGET},\"'=one\ntwo\",\"[\"\"x\"\"]\",true\r\n{stem}-b,{TARGET}\r\n{stem}-c,{TARGET},,,yes\r\n{stem}-d,\"{TARGET},,,\r\n"
    );
    let body = import(hop, "", "text/csv; charset=utf-8", text);
    assert_eq!(outcomes(&body), [(2, 201, ""), (4, 400, "malformed_json"), (5, 422, "invalid_fields"), (6, 400, "malformed_json")]);
    let created = readable(hop, &format!("{stem}-a"), |link| link.is_some()).unwrap();
    assert_eq!([&created["note"], &created["tags"], &created["strict"]], [&json!("=one\ntwo"), &json!(["x"]), &json!(true)]);
}

fn import_keeps_owner_creation_time_and_clicks(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("imported"));
    let clicks = json!({"humans": 7, "bots": 2, "previews": 1});
    let line = json!({"target": TARGET, "alias": alias, "domain": OTHER_DOMAIN, "owner": "usr_11111111111111111",
        "created_at": "2020-01-02T03:04:05Z", "clicks": clicks, "id": "x", "version": 9});
    let path = format!("{}?domain={OTHER_DOMAIN}", address(&alias));
    for status in [201, 200] {
        assert_eq!(outcomes(&import(hop, "", LINES, line.to_string())), [(1, status, "")]);
        let shown = super::eventually("the link can be read with its clicks", || {
            let response = hop.send(&Call::get(path.as_str()).admin());
            (response.status == 200).then(|| response.json()).filter(|link| link["clicks"]["humans"] != 0)
        });
        assert_eq!((&shown["owner"], &shown["created_at"]), (&line["owner"], &line["created_at"]));
        for kind in ["humans", "bots", "previews"] {
            assert_eq!(shown["clicks"][kind], clicks[kind], "{kind}");
        }
        assert_eq!(shown["version"], 1);
    }
}

fn importing_an_export_again_creates_nothing(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("again"));
    let password = json!({"target": TARGET, "alias": format!("{stem}-b"), "password": "a password to keep", "tags": ["x"]});
    link(hop, &format!("{stem}-a"), TARGET);
    super::create(hop, &password).expect(201);
    readable(hop, &format!("{stem}-b"), |link| link.is_some());
    let lines: Vec<String> = ["a", "b"].iter().map(|name| show(hop, &format!("{stem}-{name}")).expect(200).text()).collect();
    let body = import(hop, "", LINES, lines.join("\n"));
    assert_eq!(outcomes(&body), [(1, 200, ""), (2, 200, "")]);
    let elsewhere = lines[1].replace(&format!("{stem}-b"), &format!("{stem}-c"));
    let refused = import(hop, "", LINES, elsewhere);
    assert_eq!(field_errors(&refused["results"][0]["problem"]), [("/password".to_owned(), "required".to_owned())]);
}

fn dry_run_writes_nothing(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("dry"));
    let there = format!("{stem}-there");
    link(hop, &there, TARGET);
    let text = format!("{}\n{}\n{{", line(&format!("{stem}-a")), line(&there));
    let body = import(hop, "?dry_run=true", LINES, text.clone());
    assert_eq!((outcomes(&body), &body["dry_run"]), (vec![(1, 201, ""), (2, 200, ""), (3, 400, "malformed_json")], &json!(true)));
    show(hop, &format!("{stem}-a")).problem(404, "not_found");
    let body = import(hop, "?dry_run=false&domain=hop.example", LINES, text);
    assert_eq!((outcomes(&body)[0], &body["dry_run"]), ((1, 201, ""), &json!(false)));
    readable(hop, &format!("{stem}-a"), |link| link.is_some());
}

fn long_import_continues_at_the_returned_offset(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("long"));
    let count = limit(hop) * 2 + 1;
    for (media_type, head) in [(LINES, ""), (ROWS, "target,alias\n")] {
        let alias = |number: usize| format!("{stem}-{}{number}", &media_type[..1]);
        let lines = (0..count).map(|number| match media_type {
            LINES => line(&alias(number)) + "\r\n\n",
            _ => format!("{TARGET},{}\r\n\n", alias(number)),
        });
        let mut rest = lines.collect::<String>();
        let mut results = Vec::new();
        loop {
            let part = format!("{head}{rest}");
            let body = import(hop, "", media_type, part.clone());
            results.extend(body["results"].as_array().unwrap().iter().map(|result| (result["status"].clone(), result["alias"].clone())));
            let Some(offset) = body["next"]["offset"].as_u64() else { break };
            let offset = usize::try_from(offset).unwrap();
            assert_eq!(body["next"]["line"], 1 + part[..offset].matches('\n').count());
            rest = part[offset..].to_owned();
        }
        assert_eq!(results, (0..count).map(|number| (json!(201), json!(alias(number)))).collect::<Vec<_>>());
    }
}

fn unreadable_import_creates_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("unread"));
    let send = |query: &str, media_type: &str, text: String| -> Response { hop.send(&call(query, media_type, text)) };
    for (query, field, code) in [
        ("?dry_run=yes", "/dry_run", "wrong_type"),
        ("?domain=evil.example", "/domain", "invalid"),
        ("?format=csv", "/format", "unknown"),
        ("?dry_run=true&dry_run=true", "/dry_run", "duplicate"),
    ] {
        let problem = send(query, LINES, line(&alias)).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.to_owned(), code.to_owned())], "{query}");
    }
    for media_type in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
        send("", media_type, line(&alias)).problem(415, "unsupported_media_type");
    }
    send("", ROWS, format!("\"target\nalias\n{TARGET},{alias}\n")).problem(400, "malformed_json");
    send("", LINES, " ".repeat(1_024 * 1_024 + 1)).problem(413, "too_large");
    assert_eq!(outcomes(&import(hop, "", LINES, "")), []);
    show(hop, &alias).problem(404, "not_found");
}
