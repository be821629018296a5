//! Lists of links: order, pages, filters and cursors.

use serde_json::{Value, json};

use super::{TARGET, address, cases, create, field_errors, readable, show, sortable_time};
use crate::client::{Call, Response};
use crate::contract::assert_shape;
use crate::deployment::Deployment;
use crate::world::{OTHER_DOMAIN, World};

cases!("list":
    pages_list_the_newest_links_first,
    link_headers_name_first_and_next_page,
    deleted_links_are_unlisted_until_restored,
    list_is_per_domain,
    wrong_page_parameters_are_named,
    unsealed_cursor_is_refused,
    foreign_or_altered_cursor_is_refused,
    filters_work_alone_and_combined,
    next_page_keeps_the_filters,
    wrong_filters_are_named,
    list_by_prefix_is_sorted_by_alias,
    prefix_follows_the_alias_case_setting,
    unchanged_links_appear_once_despite_concurrent_writes,
    find_if_exists_returns_an_equal_link,
);

fn list(hop: &Deployment, query: &str) -> Response {
    hop.send(&Call::get(format!("/api/v1/links{query}")).admin())
}

/// The links of all pages.
fn all(hop: &Deployment, query: &str) -> Vec<Value> {
    let (mut links, mut next) = (Vec::new(), Some(format!("/api/v1/links{query}")));
    while let Some(address) = next {
        let page = hop.send(&Call::get(address).admin()).expect(200).json();
        links.extend(page["items"].as_array().unwrap().clone());
        next = page["next"].as_str().map(str::to_owned);
    }
    links
}

fn aliases(links: &[Value], stem: &str) -> Vec<String> {
    let aliases = links.iter().map(|link| link["alias"].as_str().unwrap().to_owned());
    aliases.filter(|alias| alias.starts_with(stem)).collect()
}

fn pages_list_the_newest_links_first(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("paged"));
    let created: Vec<String> = (0..5).map(|number| format!("{stem}-{number}")).collect();
    for alias in &created {
        let link = super::link(hop, alias, TARGET);
        assert_eq!(link["clicks"]["humans"], 0);
    }
    let page = list(hop, "?limit=2").expect(200).json();
    assert_shape(&page, "links");
    assert!(page["items"].as_array().unwrap().len() <= 2);
    for query in ["?limit=2", "?limit=100", ""] {
        let mut found = aliases(&all(hop, query), &stem);
        found.sort_by_key(|alias| created.iter().position(|known| known == alias));
        assert_eq!(found, created, "each link once with {query}");
        let times: Vec<String> = all(hop, query).iter().map(|link| sortable_time(&link["created_at"]).to_owned()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first with {query}");
    }
}

fn link_headers_name_first_and_next_page(world: &World) {
    let hop = world.hop();
    for _ in 0..2 {
        let alias = world.alias("header");
        super::link(hop, &alias, TARGET);
    }
    let response = list(hop, "?limit=1").expect(200);
    let next = response.json()["next"].as_str().unwrap().to_owned();
    let expected = ["</api/v1/links?limit=1&domain=hop.example>; rel=\"first\"".to_owned(), format!("<{next}>; rel=\"next\"")];
    assert_eq!(response.header_values("link"), expected);
}

fn deleted_links_are_unlisted_until_restored(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("listed"));
    super::link(hop, &alias, TARGET);
    let listed = || aliases(&all(hop, "?limit=100"), &alias).len();
    assert_eq!(listed(), 1);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    assert_eq!(listed(), 0);
    hop.send(&Call::new("POST", format!("{}/restore", address(&alias))).admin()).expect(200);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "live"));
    assert_eq!(listed(), 1);
}

fn list_is_per_domain(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("domain"));
    create(hop, &json!({"alias": alias, "target": TARGET, "domain": OTHER_DOMAIN})).expect(201);
    assert_eq!(aliases(&all(hop, "?domain=b.example"), &alias).len(), 1);
    assert_eq!(aliases(&all(hop, ""), &alias).len(), 0);
}

fn wrong_page_parameters_are_named(world: &World) {
    for (query, field, code) in [
        ("?limit=0", "/limit", "out_of_range"),
        ("?limit=101", "/limit", "out_of_range"),
        ("?limit=-1", "/limit", "out_of_range"),
        ("?limit=99999999999999999999", "/limit", "out_of_range"),
        ("?limit=x", "/limit", "out_of_range"),
        ("?limit=1&limit=2", "/limit", "duplicate"),
        ("?offset=5", "/offset", "unknown"),
        ("?cursor=%00", "/cursor", "invalid"),
        ("?cursor=***", "/cursor", "invalid"),
        ("?cursor=AAAA", "/cursor", "invalid"),
        ("?domain=evil.example", "/domain", "invalid"),
    ] {
        let problem = list(world.hop(), query).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{query}");
    }
}

/// A well-formed cursor that hop did not make is a wrong field and no failure.
fn unsealed_cursor_is_refused(world: &World) {
    let unsealed = "YnktdGltZS9iLmV4YW1wbGUvYnktdGltZS9iLmV4YW1wbGUv";
    for cursor in ["AAAA", "Li4vLi4v", "bGluay8", "YnktdGltZS9iLmV4YW1wbGUv", unsealed] {
        assert_cursor_refused(&list(world.hop(), &format!("?cursor={cursor}")));
    }
}

#[track_caller]
fn assert_cursor_refused(response: &Response) {
    let problem = response.problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/cursor".into(), "invalid".into())]);
}

/// Creates two links with a new tag. Returns the tag, the URL of the second page without its cursor, and the cursor.
fn two_pages(world: &World) -> (String, String, String) {
    let (hop, tag) = (world.hop(), world.alias("sealed"));
    for number in 0..2 {
        tagged(hop, &format!("{tag}-{number}"), &[&tag]);
    }
    let next = list(hop, &format!("?limit=1&tag={tag}")).expect(200).json()["next"].as_str().unwrap().to_owned();
    let (address, cursor) = next.rsplit_once("&cursor=").unwrap();
    (tag, address.to_owned(), cursor.to_owned())
}

fn foreign_or_altered_cursor_is_refused(world: &World) {
    let hop = world.hop();
    let (tag, address, cursor) = two_pages(world);
    let ask = |address: &str| hop.send(&Call::get(address).admin());
    ask(&format!("{address}&cursor={cursor}")).expect(200);
    for foreign in [
        "/api/v1/links?limit=1".to_owned(),
        format!("/api/v1/links?limit=1&tag={tag}x"),
        format!("/api/v1/links?limit=1&tag={tag}&state=live"),
        format!("/api/v1/links?limit=1&tag={tag}&domain={OTHER_DOMAIN}"),
        "/api/v1/export?limit=1".into(),
    ] {
        assert_cursor_refused(&ask(&format!("{foreign}&cursor={cursor}")));
    }
    for at in (0..cursor.len()).step_by(5) {
        let other = if &cursor[at..=at] == "A" { "B" } else { "A" };
        assert_cursor_refused(&ask(&format!("{address}&cursor={}{other}{}", &cursor[..at], &cursor[at + 1..])));
        assert_cursor_refused(&ask(&format!("{address}&cursor={}", &cursor[..at])));
    }
}

fn tagged(hop: &Deployment, alias: &str, tags: &[&str]) {
    create(hop, &json!({"alias": alias, "target": TARGET, "tags": tags})).expect(201);
    readable(hop, alias, |link| link.is_some());
}

fn sorted(mut aliases: Vec<String>) -> Vec<String> {
    aliases.sort();
    aliases
}

fn filters_work_alone_and_combined(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("filter"));
    let (red, blue) = (format!("{stem}-red"), format!("{stem}-blue"));
    for (name, fields) in [
        ("a", json!({"tags": [red]})),
        ("b", json!({"tags": [red, blue]})),
        ("c", json!({"tags": [blue], "disabled": true})),
        ("d", json!({"starts_at": "2099-01-01T00:00:00Z"})),
        ("e", json!({"ends_at": "2020-01-01T00:00:00Z"})),
        ("f", json!({"tags": [red]})),
        ("g", json!({})),
    ] {
        let (alias, mut link) = (format!("{stem}-{name}"), fields);
        link["alias"] = json!(alias);
        link["target"] = json!(TARGET);
        create(hop, &link).expect(201);
        readable(hop, &alias, |link| link.is_some());
    }
    let gone = format!("{stem}-f");
    hop.send(&Call::new("DELETE", address(&gone)).admin()).expect(204);
    readable(hop, &gone, |link| link.is_some_and(|link| link["state"] == "deleted"));
    let last = show(hop, &format!("{stem}-g")).expect(200).json()["created_at"].as_str().unwrap().to_owned();
    for (query, expected) in [
        (format!("tag={red}"), "a b"),
        (format!("tag={}", red.to_uppercase()), "a b"),
        (format!("tag={red}&tag={blue}"), "a b c"),
        (format!("tag={red}&tag={blue}&tags=any"), "a b c"),
        (format!("tag={red}&tag={blue}&tags=all"), "b"),
        (format!("tag={red}&domain={OTHER_DOMAIN}"), ""),
        (format!("tag={red}&state=deleted"), "f"),
        (format!("tag={blue}&state=live"), "b"),
        (format!("tag={red}&owner=none&prefix={stem}-a"), "a"),
        (format!("tag={red}&owner=usr_11111111111111111"), ""),
        (format!("prefix={stem}-"), "a b c d e g"),
        (format!("prefix={stem}-b"), "b"),
        (format!("prefix={stem}-&state=live"), "a b g"),
        (format!("prefix={stem}-&state=disabled"), "c"),
        (format!("prefix={stem}-&state=scheduled"), "d"),
        (format!("prefix={stem}-&state=ended"), "e"),
        (format!("prefix={stem}-&state=deleted"), "f"),
        (format!("prefix={stem}-&state=used_up"), ""),
        (format!("prefix={stem}-&state=blocked"), ""),
        (format!("prefix={stem}-&owner=none&state=scheduled"), "d"),
        (format!("prefix={stem}-&created_to={last}"), "until g"),
        (format!("prefix={stem}-&created_from={last}"), "from g"),
        (format!("prefix={stem}-&created_from=2020-01-01T00:00:00Z&created_to=2020-01-02T00:00:00Z"), ""),
        (format!("tag={red}&created_from=2020-01-01T00:00:00Z&created_to=2098-01-01T00:00:00Z"), "a b"),
        (format!("tag={red}&created_to=2020-01-01T00:00:00Z"), ""),
        (format!("tag={red}&created_from=2098-01-01T00:00:00Z"), ""),
    ] {
        let found = all(hop, &format!("?limit=100&{query}"));
        let names: Vec<String> = sorted(aliases(&found, &stem)).iter().map(|alias| alias[stem.len() + 1..].to_owned()).collect();
        let (times, last) = (|| found.iter().map(|link| sortable_time(&link["created_at"])), last.trim_end_matches('Z'));
        match expected {
            "until g" => assert!(times().all(|time| time < last), "{query}: {names:?}"),
            "from g" => assert!(times().all(|time| time >= last) && names.contains(&"g".to_owned()), "{query}: {names:?}"),
            _ => assert_eq!(names.join(" "), expected, "{query}"),
        }
        assert_eq!(names.len(), found.len(), "{query} shows no other link");
    }
    for query in ["state=live", "owner=none", "state=deleted"] {
        let wanted = if query == "state=deleted" { format!("{stem}-f") } else { format!("{stem}-a") };
        assert!(aliases(&all(hop, &format!("?limit=100&{query}")), &stem).contains(&wanted), "{query} alone");
    }
}

fn next_page_keeps_the_filters(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("narrow"));
    for number in 0..4 {
        let other = if number % 2 == 0 { "even" } else { "odd" };
        tagged(hop, &format!("{stem}-{number}"), &[&stem, &format!("{stem}-{other}")]);
    }
    let query =
        format!("?limit=1&tag={stem}&tag={stem}-even&tags=all&state=live&created_from=2020-01-01T00:00:00.5Z&owner=none&prefix={stem}");
    let response = list(hop, &query).expect(200);
    let next = response.json()["next"].as_str().unwrap().to_owned();
    for part in ["limit=1", "tags=all", "state=live", "created_from=2020-01-01T00%3A00%3A00.500Z", "owner=none", "prefix=", "domain="] {
        assert!(next.contains(part), "{next} keeps {part}");
        assert!(response.header_values("link").iter().all(|link| link.contains(part)), "{part}");
    }
    assert_eq!(sorted(aliases(&all(hop, &query), &stem)), [format!("{stem}-0"), format!("{stem}-2")]);
}

fn wrong_filters_are_named(world: &World) {
    for (query, field, code) in [
        ("?tag=", "/tag", "required"),
        ("?tag=a&tags=none", "/tags", "invalid"),
        ("?owner=me", "/owner", "invalid"),
        ("?state=alive", "/state", "invalid"),
        ("?state=live&state=ended", "/state", "duplicate"),
        ("?created_from=yesterday", "/created_from", "invalid"),
        ("?created_from=2026-01-01T00:00:00Z&created_to=2026-01-01T00:00:00Z", "/created_to", "conflicts"),
        ("?prefix=a/b", "/prefix", "invalid"),
        ("?prefix=", "/prefix", "required"),
    ] {
        let problem = list(world.hop(), query).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), code.into())], "{query}");
    }
}

fn list_by_prefix_is_sorted_by_alias(world: &World) {
    let (hop, stem) = (world.hop(), world.alias("order"));
    let created: Vec<String> = ["", "-c", "-a", "-b", ".d"].iter().map(|end| format!("{stem}{end}")).collect();
    for alias in &created {
        super::link(hop, alias, TARGET);
    }
    for limit in [1, 2, 100] {
        let found: Vec<String> = aliases(&all(hop, &format!("?limit={limit}&prefix={stem}")), &stem);
        assert_eq!(sorted(found.clone()), sorted(created.clone()), "the alias that equals the prefix is included");
        let parts: Vec<&String> = found.iter().filter(|alias| alias[stem.len()..].starts_with('-')).collect();
        assert!(parts.is_sorted(), "{found:?}");
    }
}

fn prefix_follows_the_alias_case_setting(world: &World) {
    let (hop, stem) = (world.case_insensitive(), world.alias("fold"));
    create(hop, &json!({"alias": format!("{stem}-É"), "target": TARGET})).expect(201);
    readable(hop, &format!("{stem}-%C3%89"), |link| link.is_some());
    let find = |hop: &Deployment, prefix: &str| aliases(&all(hop, &format!("?prefix={prefix}")), &stem);
    assert_eq!(find(hop, &format!("{}-%C3%89", stem.to_uppercase())), [format!("{stem}-é")]);
    super::link(world.hop(), &stem, TARGET);
    assert_eq!(find(world.hop(), &stem.to_uppercase()).len(), 0);
}

fn unchanged_links_appear_once_despite_concurrent_writes(world: &World) {
    let hop = world.hop();
    for filter in ["tag", "prefix"] {
        let stem = world.alias("moving");
        let unchanged: Vec<String> = (0..4).map(|number| format!("{stem}-{number}-unchanged")).collect();
        for (number, alias) in unchanged.iter().enumerate() {
            tagged(hop, alias, &[&stem]);
            tagged(hop, &format!("{stem}-{number}-deleted"), &[&stem]);
        }
        let (mut seen, mut next, mut turn) = (Vec::new(), Some(format!("/api/v1/links?limit=2&{filter}={stem}")), 0);
        while let Some(address_of_page) = next {
            let page = hop.send(&Call::get(address_of_page).admin()).expect(200).json();
            let shown = aliases(page["items"].as_array().unwrap(), &stem);
            next = page["next"].as_str().map(str::to_owned);
            if turn < 4 {
                hop.send(&Call::new("DELETE", address(&format!("{stem}-{turn}-deleted"))).admin()).expect(204);
                tagged(hop, &format!("{stem}-{turn}-created"), &[&stem]);
            }
            if let Some(last) = shown.last().filter(|last| last.ends_with("unchanged")) {
                let patch = json!({"tags": [stem, "edited"]}).to_string();
                let patch = Call::new("PATCH", address(last)).admin().header("Content-Type", "application/json").body(patch);
                hop.send(&patch).expect(200);
            }
            seen.extend(shown.into_iter().filter(|alias| unchanged.contains(alias)));
            turn += 1;
        }
        assert_eq!(sorted(seen), unchanged, "by {filter}");
    }
}

fn find_if_exists_returns_an_equal_link(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("found"));
    let target = format!("https://example.com/{alias}");
    let created = create(hop, &json!({"alias": alias, "target": target, "title": "T"})).expect(201).json();
    readable(hop, &alias, |link| link.is_some());
    let find = |fields: Value| {
        let mut body = json!({"target": target, "title": "T", "find_if_exists": true});
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        create(hop, &body)
    };
    for fields in [json!({}), json!({"alias": alias})] {
        let response = find(fields).expect(200);
        assert_eq!(response.header("location").unwrap(), format!("{}?domain=hop.example", address(&alias)));
        assert_eq!(response.header("etag").unwrap(), "\"1\"");
        let found = response.json();
        assert_shape(&found, "link");
        assert_eq!(found["id"], created["id"]);
    }
    for fields in [json!({"title": "other"}), json!({"domain": OTHER_DOMAIN}), json!({"tags": ["x"]})] {
        let other = find(fields).expect(201).json();
        assert_ne!(other["id"], created["id"]);
    }
    find(json!({"alias": alias, "title": "other"})).problem(409, "alias_taken");
}
