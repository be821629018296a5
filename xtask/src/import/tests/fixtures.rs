//! The exact conversion of each format's fixture.
use std::path::Path;

use super::super::formats::Format;
use super::convert;

fn check(file: &str, format: Format, lines: &[&str], lost: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/import/fixtures").join(file);
    let (found, found_lost) = convert(&path, format, true);
    assert_eq!(found, lines, "{file}");
    assert_eq!(found_lost, lost, "{file}");
}

#[test]
fn shlink_api() {
    check(
        "shlink.json",
        Format::Shlink,
        &[
            r#"{"alias":"docs","clicks":{"bots":3,"humans":9,"previews":0},"crawlable":true,"created_at":"2024-05-01T18:34:16Z","ends_at":"2099-12-31T23:59:59Z","forward_query":"visitor_wins","max_clicks":100,"starts_at":"2024-05-31T22:00:00Z","tags":["help","web"],"target":"https://example.com/docs?a=b","title":"The docs"}"#,
            r#"{"alias":"spent","clicks":{"bots":0,"humans":5,"previews":0},"created_at":"2023-01-02T03:04:05Z","disabled":true,"domain":"go.example","max_clicks":5,"target":"https://example.com/spent"}"#,
            r#"{"alias":"older","clicks":{"bots":0,"humans":7,"previews":0},"created_at":"2019-01-02T03:04:05Z","target":"https://example.com/older"}"#,
            r#"{"alias":"secret","clicks":{"bots":0,"humans":0,"previews":0},"created_at":"2026-01-02T03:04:05Z","disabled":true,"target":"https://example.com/secret"}"#,
        ],
        "1 click limit count was not imported: `max_clicks` counts from the import on\n\
         1 password was not imported: it cannot be read from the export; the link is disabled until you enable it\n\
         1 redirect rule set was not imported: the export does not contain the rules; create them again\n",
    );
}

#[test]
fn shlink_csv() {
    check(
        "shlink.csv",
        Format::Shlink,
        &[
            r#"{"alias":"docs","clicks":{"bots":0,"humans":12,"previews":0},"created_at":"2024-05-01T18:34:16Z","domain":"s.example","tags":["help","web"],"target":"https://example.com/docs","title":"The \"docs\", all of them"}"#,
            r#"{"alias":"grüße","clicks":{"bots":0,"humans":0,"previews":0},"created_at":"2024-05-02T00:00:00Z","domain":"s.example","target":"https://example.com/"}"#,
        ],
        "",
    );
}

#[test]
fn sink() {
    check(
        "sink.json",
        Format::Sink,
        &[
            r#"{"alias":"launch","card":{"description":"Come and see","image":"https://example.com/launch.png","title":"Launch"},"created_at":"2024-05-01T18:34:16Z","ends_at":"2100-01-01T00:00:00Z","forward_query":"visitor_wins","note":"for the newsletter","rules":[{"id":"de","target":"https://example.de/launch","when":[{"any":["DE"],"type":"country"}]}],"tags":["news"],"target":"https://example.com/launch","title":"Launch"}"#,
            r#"{"alias":"secret","created_at":"2024-05-01T18:34:17Z","disabled":true,"target":"https://example.com/secret"}"#,
            "line 35: its `expiration` is after the year 9999",
        ],
        "1 cloaking setting was not imported: hop always redirects\n\
         2 device targets were not imported: create a rule instead\n\
         2 ids were not imported: hop assigns its own\n\
         2 last-change dates were not imported: the import counts as the last change\n\
         1 password was not imported: it cannot be read from the export; the link is disabled until you enable it\n\
         1 preview image was not imported: the file is stored on the old server\n",
    );
}

#[test]
fn kutt() {
    check(
        "kutt.json",
        Format::Kutt,
        &[
            r#"{"alias":"docs","clicks":{"bots":0,"humans":41,"previews":0},"created_at":"2024-05-01T18:34:16Z","ends_at":"2099-01-01T00:00:00Z","note":"the docs","target":"https://example.com/docs"}"#,
            r#"{"alias":"vip","clicks":{"bots":0,"humans":0,"previews":0},"created_at":"2024-05-02T18:34:16Z","disabled":true,"domain":"go.example","target":"https://example.com/vip"}"#,
            r#"{"alias":"bad","clicks":{"bots":0,"humans":2,"previews":0},"created_at":"2024-05-02T18:34:16Z","disabled":true,"ends_at":"2099-01-01T00:00:00Z","target":"https://example.com/bad"}"#,
        ],
        "1 ban was not imported: the link is disabled instead\n\
         3 ids were not imported: hop assigns its own\n\
         3 last-change dates were not imported: the import counts as the last change\n\
         1 password was not imported: it cannot be read from the export; the link is disabled until you enable it\n",
    );
}

#[test]
fn yourls_table() {
    check(
        "yourls.csv",
        Format::Yourls,
        &[
            r#"{"alias":"docs","clicks":{"bots":0,"humans":19,"previews":0},"created_at":"2021-03-04T05:06:07Z","target":"https://example.com/docs","title":"The docs, all"}"#,
            r#"{"alias":"old","clicks":{"bots":0,"humans":0,"previews":0},"target":"https://example.com/old"}"#,
        ],
        "1 creation date was not imported: it is not a valid date from 1970 on\n\
         2 creator IPs were not imported: hop stores no IP addresses\n",
    );
}

#[test]
fn yourls_plugin() {
    check(
        "yourls-plugin.csv",
        Format::Yourls,
        &[
            r#"{"alias":"docs","clicks":{"bots":0,"humans":19,"previews":0},"target":"https://example.com/docs"}"#,
            "line 3: the target is missing",
        ],
        "",
    );
}

#[test]
fn bitly() {
    check(
        "bitly.csv",
        Format::Bitly,
        &[
            r#"{"alias":"spring","clicks":{"bots":0,"humans":230,"previews":0},"created_at":"2024-02-03T04:05:06Z","domain":"go.example","tags":["sale","2024"],"target":"https://example.com/spring","title":"Spring"}"#,
            r#"{"alias":"3XyZ","clicks":{"bots":0,"humans":0,"previews":0},"created_at":"2024-02-03T00:00:00Z","domain":"bit.ly","target":"https://example.com/plain"}"#,
        ],
        "1 archive flag was not imported: hop has no archive\n\
         1 generated short link was not imported: the link keeps the custom one\n",
    );
}

#[test]
fn dub() {
    check(
        "dub.csv",
        Format::Dub,
        &[
            r#"{"alias":"docs","clicks":{"bots":0,"humans":7,"previews":0},"created_at":"2025-01-02T03:04:05Z","domain":"go.example","tags":["help","web"],"target":"https://example.com/docs"}"#,
            "line 3: `https://go.example` is not a short link: the alias is missing",
        ],
        "1 id was not imported: hop assigns its own\n\
         1 last-change date was not imported: the import counts as the last change\n",
    );
}

#[test]
fn golink() {
    check(
        "golink.jsonl",
        Format::Golink,
        &[
            r#"{"alias":"meet","created_at":"2022-06-02T20:00:00Z","note":"Owner: amelie@example.com","target":"https://example.com/meet"}"#,
            "line 2: its target is a Go template, which hop does not support",
            r#"{"alias":"zero","target":"https://example.com/zero"}"#,
        ],
        "1 last-change date was not imported: the import counts as the last change\n",
    );
}

#[test]
fn hop_json_lines() {
    check(
        "hop.jsonl",
        Format::Hop,
        &[
            r#"{"alias":"docs","clicks":{"bots":1,"humans":3,"previews":0},"confirm":false,"crawlable":false,"created_at":"2026-11-21T08:00:00Z","disabled":true,"domain":"hop.example","external_id":"7","forward_path":false,"forward_query":"off","max_clicks":9,"redirect_status":307,"rules":[{"id":"de","target":"https://example.de/","when":[{"any":["DE"],"type":"country"}]}],"strict":true,"tags":["x"],"target":"https://example.com/a","title":"Docs"}"#,
            "line 2: the link is deleted",
            r#"{"alias":"later","blocked":{"at":"2026-11-21T08:00:00Z","reason":"phishing"},"something_new":5,"target":"https://example.com/later"}"#,
            r#"{"alias":"shut","disabled":true,"target":"https://example.com/shut"}"#,
        ],
        "1 block was not imported: the export gives no reason; the link is disabled instead\n\
         1 password was not imported: it cannot be read from the export; the link is disabled until you enable it\n",
    );
}

#[test]
fn hop_csv() {
    check(
        "hop.csv",
        Format::Hop,
        &[
            r#"{"alias":"docs","blocked":{"at":"2026-11-21T08:00:00Z","reason":"spam"},"clicks":{"bots":1,"humans":3,"previews":0},"disabled":true,"domain":"hop.example","max_clicks":9,"redirect_status":307,"reuse":true,"tags":["x","y"],"target":"https://example.com/a","title":"Docs, all"}"#,
            r#"{"alias":"plain","disabled":false,"redirect_status":302,"reuse":false,"rules":[],"target":"https://example.com/b"}"#,
        ],
        "",
    );
}

#[test]
fn domain_option_removes_domains_of_the_export() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/import/fixtures/bitly.csv");
    let (lines, _) = convert(&path, Format::Bitly, false);
    assert!(lines.iter().all(|line| !line.contains("domain")), "{lines:?}");
}
