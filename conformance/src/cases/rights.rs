//! Rights that depend on the link or the body of a request, which the table of endpoints cannot show.

use serde_json::{Value, json};

use super::{TARGET, address, cases};
use crate::client::{Call, Response};
use crate::rights::Hop;
use crate::rights::principals::SCOPES;
use crate::world::{ADMIN_KEY, DOMAIN, OTHER_DOMAIN, World};

cases!("rights":
    blocked_link_is_frozen_without_links_admin,
    blocking_and_changing_owners_need_links_admin,
    batch_items_are_authorized_one_by_one,
    reuse_needs_rights_on_the_previous_link,
    key_is_limited_to_its_domains,
    deleting_kept_alias_needs_rights_on_its_link,
    exporting_password_hashes_needs_links_admin,
    find_and_update_see_only_own_links,
    clicks_are_shown_only_with_stats_read,
    writers_without_read_get_references,
    cursor_is_bound_to_its_key,
    idempotency_key_is_bound_to_its_caller,
    changing_tags_needs_links_admin,
    key_follows_the_role_of_its_owner,
    link_without_owner_is_for_admins,
);

const LINKS: &str = "/api/v1/links";
/// Every scope but one.
fn without(scope: &str) -> Vec<&'static str> {
    SCOPES.into_iter().filter(|other| *other != scope).collect()
}

fn create(json: &Value) -> Call {
    Call::new("POST", LINKS).json(json)
}

fn patch(alias: &str, json: &Value) -> Call {
    Call::new("PATCH", address(alias)).json(json)
}

fn delete(alias: &str) -> Call {
    Call::new("DELETE", address(alias))
}

fn erase(alias: &str) -> Call {
    Call::new("DELETE", format!("{}?erase=true", address(alias)))
}

fn restore(alias: &str) -> Call {
    Call::new("POST", format!("{}/restore", address(alias)))
}

fn batch(items: &Value) -> Call {
    Call::new("POST", "/api/v1/batch").json(&json!({ "items": items }))
}

/// A few users with keys: an admin, two editors and a viewer.
struct Setup<'a> {
    hop: Hop<'a>,
    admin: String,
    /// A key of the admin without `links:admin`.
    writer: String,
    editor_id: String,
    editor: String,
    /// The other editor.
    stranger_id: String,
    stranger: String,
    viewer: String,
}

impl<'a> Setup<'a> {
    fn create(hop: Hop<'a>) -> Self {
        let (admin, editor_id, stranger_id, viewer) = (hop.user("admin"), hop.user("editor"), hop.user("editor"), hop.user("viewer"));
        Self {
            hop,
            admin: hop.key(&admin, &SCOPES, None),
            writer: hop.key(&admin, &without("links:admin"), None),
            editor: hop.key(&editor_id, &SCOPES, None),
            stranger: hop.key(&stranger_id, &SCOPES, None),
            viewer: hop.key(&viewer, &SCOPES, None),
            editor_id,
            stranger_id,
        }
    }

    fn send(&self, key: &str, call: Call) -> Response {
        self.hop.send_as(key, call)
    }

    /// Creates a link with `key` and returns its alias.
    #[track_caller]
    fn link(&self, key: &str) -> String {
        let alias = self.hop.name("rights");
        self.send(key, create(&json!({"alias": alias, "target": TARGET}))).expect(201);
        alias
    }

    #[track_caller]
    fn assert_forbidden(&self, key: &str, call: Call) {
        self.hop.assert_forbidden(key, call);
    }

    fn show(&self, alias: &str) -> Value {
        self.send(ADMIN_KEY, Call::get(address(alias))).expect(200).json()
    }
}

fn blocked_link_is_frozen_without_links_admin(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let alias = setup.link(&setup.editor);
    setup.send(&setup.admin, patch(&alias, &json!({"blocked": {"reason": "phishing"}}))).expect(200);
    let elsewhere = hop.name("rights");
    for caller in [&setup.editor, &setup.writer] {
        for call in [
            patch(&alias, &json!({"title": "x"})),
            patch(&alias, &json!({"alias": elsewhere})),
            patch(&alias, &json!({ "blocked": null })),
            delete(&alias),
            erase(&alias),
            restore(&alias),
        ] {
            setup.assert_forbidden(caller, call);
        }
        let items = json!([{"op": "update", "alias": alias, "patch": {"title": "x"}}, {"op": "delete", "alias": alias}]);
        let results = setup.send(caller, batch(&items)).expect(200).json();
        assert_eq!((&results["results"][0]["status"], &results["results"][1]["status"]), (&json!(403), &json!(403)));
    }
    let link = setup.show(&alias);
    assert_eq!((&link["version"], &link["title"], &link["state"]), (&json!(2), &Value::Null, &json!("blocked")));
    setup.send(&setup.admin, patch(&alias, &json!({"title": "x"}))).expect(200);
    setup.send(&setup.admin, patch(&alias, &json!({ "blocked": null }))).expect(200);
    setup.send(&setup.editor, patch(&alias, &json!({"title": "y"}))).expect(200);
}

fn blocking_and_changing_owners_need_links_admin(world: &World) {
    let setup = Setup::create(Hop(world));
    let alias = setup.link(&setup.editor);
    for caller in [&setup.editor, &setup.writer] {
        for fields in [
            json!({"blocked": {"reason": "x"}}),
            json!({ "blocked": null }),
            json!({"owner": setup.stranger_id}),
            json!({ "owner": null }),
            json!({"owner": setup.editor_id, "title": "x"}),
        ] {
            setup.assert_forbidden(caller, patch(&alias, &fields));
        }
    }
    assert_eq!(setup.show(&alias)["version"], 1);
    let given = setup.send(&setup.admin, patch(&alias, &json!({"owner": setup.stranger_id}))).expect(200).json();
    assert_eq!(given["owner"], json!(setup.stranger_id));
    setup.assert_forbidden(&setup.editor, patch(&alias, &json!({"title": "x"})));
    setup.send(&setup.stranger, patch(&alias, &json!({"title": "x"}))).expect(200);
    setup.send(&setup.admin, patch(&alias, &json!({ "owner": null }))).expect(200);
    setup.assert_forbidden(&setup.stranger, patch(&alias, &json!({"title": "y"})));
    setup.send(&setup.admin, patch(&alias, &json!({"title": "y"}))).expect(200);
}

fn batch_items_are_authorized_one_by_one(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let (own, another) = (setup.link(&setup.editor), setup.link(&setup.stranger));
    let key = hop.key(&setup.editor_id, &SCOPES, Some(&[DOMAIN]));
    let (free, elsewhere) = (hop.name("rights"), hop.name("rights"));
    let items = json!([
        {"op": "create", "link": {"alias": free, "target": TARGET}},
        {"op": "update", "alias": own, "patch": {"title": "x"}},
        {"op": "update", "alias": another, "patch": {"title": "x"}},
        {"op": "delete", "alias": another},
        {"op": "update", "alias": own, "patch": {"blocked": {"reason": "x"}}},
        {"op": "update", "alias": own, "patch": {"domain": OTHER_DOMAIN}},
        {"op": "create", "link": {"alias": elsewhere, "target": TARGET, "domain": OTHER_DOMAIN}},
        {"op": "update", "alias": own, "domain": OTHER_DOMAIN, "patch": {"title": "x"}},
        {"op": "delete", "alias": own, "domain": OTHER_DOMAIN},
        {"op": "delete", "alias": own},
    ]);
    // Every edge takes at least four items in one batch.
    let statuses: Vec<u64> = items
        .as_array()
        .unwrap()
        .chunks(4)
        .flat_map(|items| {
            let results = setup.send(&key, batch(&json!(items))).expect(200).json();
            results["results"].as_array().unwrap().iter().filter_map(|item| item["status"].as_u64()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(statuses, [201, 200, 403, 403, 403, 403, 403, 403, 403, 204]);
    assert_eq!(setup.show(&another)["version"], 1);
}

fn reuse_needs_rights_on_the_previous_link(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let alias = setup.link(&setup.stranger);
    setup.send(&setup.stranger, delete(&alias)).expect(204);
    let again = |alias: &str| create(&json!({"alias": alias, "target": TARGET, "reuse": true}));
    let own = setup.link(&setup.editor);
    for call in [again(&alias), patch(&own, &json!({"alias": alias, "reuse": true}))] {
        let response = setup.send(&setup.editor, call);
        assert_eq!((response.status, &response.json()["code"]), (409, &json!("alias_retired")), "{}", response.text());
    }
    setup.send(&setup.stranger, again(&alias)).expect(201);
    setup.send(&setup.stranger, delete(&alias)).expect(204);
    setup.send(&setup.admin, again(&alias)).expect(201);
    // An alias that somebody else's link left, and one whose link was erased.
    let (left, to) = (setup.link(&setup.stranger), hop.name("rights"));
    setup.send(&setup.stranger, patch(&left, &json!({ "alias": to }))).expect(200);
    assert_eq!(setup.send(&setup.editor, again(&left)).status, 409);
    setup.send(&setup.stranger, again(&left)).expect(201);
    let (left, to) = (setup.link(&setup.stranger), hop.name("rights"));
    setup.send(&setup.stranger, patch(&left, &json!({ "alias": to }))).expect(200);
    setup.send(&setup.stranger, erase(&to)).expect(204);
    for caller in [&setup.editor, &setup.stranger, &setup.writer] {
        assert_eq!(setup.send(caller, again(&left)).status, 409);
    }
    setup.send(&setup.admin, again(&left)).expect(201);
    // A link that was blocked when it was deleted: its owner has no rights on the alias.
    let blocked = setup.link(&setup.stranger);
    setup.send(&setup.admin, patch(&blocked, &json!({"blocked": {"reason": "x"}}))).expect(200);
    setup.send(&setup.admin, delete(&blocked)).expect(204);
    assert_eq!(setup.send(&setup.stranger, again(&blocked)).status, 409);
    assert_eq!(setup.send(&setup.writer, again(&blocked)).status, 409);
    setup.send(&setup.admin, again(&blocked)).expect(201);
}

fn key_is_limited_to_its_domains(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let key = hop.key(&setup.editor_id, &SCOPES, Some(&[DOMAIN]));
    let alias = setup.link(&key);
    setup.assert_forbidden(&key, patch(&alias, &json!({"domain": OTHER_DOMAIN})));
    setup.assert_forbidden(&key, create(&json!({"domain": OTHER_DOMAIN, "target": TARGET})));
    // The response does not reveal whether the domain exists.
    for domain in ["no-such-domain.example", OTHER_DOMAIN] {
        setup.assert_forbidden(&key, patch(&alias, &json!({ "domain": domain })));
        setup.assert_forbidden(&key, create(&json!({"domain": domain, "target": TARGET})));
        setup.assert_forbidden(&key, Call::get(format!("{LINKS}?domain={domain}")));
        setup.assert_forbidden(&key, Call::get(format!("/api/v1/domains/{domain}")));
    }
    assert_eq!(setup.show(&alias)["domain"], DOMAIN);
    let there = hop.key(&setup.editor_id, &SCOPES, Some(&[OTHER_DOMAIN]));
    for path in [LINKS, &address(&alias), "/api/v1/export", "/api/v1/tags", &format!("/api/v1/aliases/{alias}")] {
        setup.assert_forbidden(&there, Call::get(path));
    }
    setup.assert_forbidden(&there, patch(&alias, &json!({"title": "x"})));
    setup.assert_forbidden(&there, create(&json!({ "target": TARGET })));
    let found = setup.send(&there, Call::get("/api/v1/domains")).expect(200).json();
    let domains: Vec<&str> = found["items"].as_array().unwrap().iter().filter_map(|item| item["domain"].as_str()).collect();
    assert_eq!(domains, [OTHER_DOMAIN]);
    let both = hop.key(&setup.editor_id, &SCOPES, Some(&[OTHER_DOMAIN, DOMAIN]));
    setup.send(&both, patch(&alias, &json!({"domain": OTHER_DOMAIN}))).expect(200);
}

fn deleting_kept_alias_needs_rights_on_its_link(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let (old, new) = (setup.link(&setup.stranger), hop.name("rights"));
    setup.send(&setup.stranger, patch(&old, &json!({"alias": new, "keep_old_alias": true}))).expect(200);
    setup.assert_forbidden(&setup.editor, delete(&old));
    assert_eq!(hop.send(&Call::get(format!("/{old}"))).status, 302);
    setup.send(&setup.stranger, delete(&old)).expect(204);
    // An alias that redirects to another domain needs a key for that domain.
    let (left, there) = (setup.link(&setup.stranger), hop.name("rights"));
    let moved = json!({"alias": there, "domain": OTHER_DOMAIN, "keep_old_alias": true});
    setup.send(&setup.stranger, patch(&left, &moved)).expect(200);
    setup.assert_forbidden(&hop.key(&setup.stranger_id, &SCOPES, Some(&[DOMAIN])), delete(&left));
    // An alias whose link was erased needs `links:admin`.
    setup.send(&setup.stranger, Call::new("DELETE", format!("{}?domain={OTHER_DOMAIN}&erase=true", address(&there)))).expect(204);
    for caller in [&setup.editor, &setup.stranger, &setup.writer] {
        setup.assert_forbidden(caller, delete(&left));
    }
    setup.send(&setup.admin, delete(&left)).expect(204);
}

fn exporting_password_hashes_needs_links_admin(world: &World) {
    let setup = Setup::create(Hop(world));
    for caller in [&setup.viewer, &setup.editor, &setup.writer] {
        for format in ["jsonl", "csv"] {
            setup.assert_forbidden(caller, Call::get(format!("/api/v1/export?limit=1&passwords=true&format={format}")));
        }
        setup.send(caller, Call::get("/api/v1/export?limit=1&passwords=false")).expect(200);
    }
    setup.send(&setup.admin, Call::get("/api/v1/export?limit=1&passwords=true")).expect(200);
}

fn find_and_update_see_only_own_links(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let (name, target) = (hop.name("rights"), format!("{TARGET}{}", hop.name("rights")));
    let theirs = setup.send(&setup.stranger, create(&json!({"target": target, "external_id": name}))).expect(201).json();
    let find = || create(&json!({"target": target, "external_id": name, "find_if_exists": true}));
    let update = || create(&json!({"target": target, "external_id": name, "update_if_exists": true, "title": "mine"}));
    for (caller, owner) in [(setup.editor.as_str(), json!(setup.editor_id)), (ADMIN_KEY, Value::Null)] {
        let found = setup.send(caller, find()).expect(201).json();
        assert_eq!(found["owner"], owner);
        assert_ne!(found["id"], theirs["id"]);
        assert_eq!(setup.send(caller, find()).expect(200).json()["id"], found["id"]);
        let updated = setup.send(caller, update()).expect(200).json();
        assert_eq!((&updated["id"], &updated["title"]), (&found["id"], &json!("mine")));
    }
    let other = hop.name("rights");
    let named = |title: &str| create(&json!({"target": target, "external_id": other, "update_if_exists": true, "title": title}));
    let first = setup.send(&setup.stranger, named("theirs")).expect(201).json();
    let second = setup.send(&setup.editor, named("mine")).expect(201).json();
    let third = setup.send(&setup.admin, named("an admin's")).expect(201).json();
    assert!(first["id"] != second["id"] && second["id"] != third["id"] && first["id"] != third["id"]);
    assert_eq!(setup.show(first["alias"].as_str().unwrap())["title"], "theirs");
    assert_eq!(setup.show(theirs["alias"].as_str().unwrap())["version"], 1);
}

fn clicks_are_shown_only_with_stats_read(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let alias = setup.link(&setup.editor);
    let key = hop.key(&setup.editor_id, &without("stats:read"), None);
    let shows_clicks = |caller: &str| {
        let one = setup.send(caller, Call::get(address(&alias))).expect(200).json();
        let listed = setup.send(caller, Call::get(format!("{LINKS}?prefix={alias}"))).expect(200).json();
        let changed = setup.send(caller, patch(&alias, &json!({"title": "x"}))).expect(200).json();
        let batch = batch(&json!([{"op": "update", "alias": alias, "patch": {"title": "x"}}]));
        let batch = setup.send(caller, batch).expect(200).json();
        let exported = setup.send(caller, Call::get("/api/v1/export?limit=1")).text();
        let line: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
        [&one, &listed["items"][0], &changed, &batch["results"][0]["link"], &line].map(|link| link["clicks"].is_object())
    };
    assert_eq!((shows_clicks(&setup.editor), shows_clicks(&key)), ([true; 5], [false; 5]));
    // `stats:read` is enough for any role and for a key of some domains.
    let there = hop.key(&setup.editor_id, &SCOPES, Some(&[DOMAIN]));
    for caller in [&setup.viewer, &there] {
        assert!(setup.send(caller, Call::get(address(&alias))).expect(200).json()["clicks"].is_object());
    }
    let csv_has_clicks = |caller: &str| setup.send(caller, Call::get("/api/v1/export?limit=1&format=csv")).text().contains("humans");
    assert!(csv_has_clicks(&setup.editor) && !csv_has_clicks(&key));
}

/// What a response shows of a link if the key has no `links:read`.
fn reference(link: &Value) -> Value {
    json!({"id": link["id"], "alias": link["alias"], "domain": link["domain"], "version": link["version"]})
}

fn writers_without_read_get_references(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let (owner, name) = (hop.user("admin"), hop.name("rights"));
    let key = hop.key(&owner, &without("links:read"), None);
    let (alias, target) = (setup.link(&setup.stranger), format!("{TARGET}{name}"));
    setup.send(&setup.stranger, patch(&alias, &json!({"note": "for my eyes only"}))).expect(200);
    let batch = |item: Value| batch(&json!([item]));
    // Edits return a reference, with and without effect.
    for call in [patch(&alias, &json!({})), patch(&alias, &json!({"title": "x"})), patch(&alias, &json!({"title": "x"})), restore(&alias)] {
        let response = setup.send(&key, call);
        assert_eq!((response.status, response.json()), (200, reference(&setup.show(&alias))), "{}", response.text());
    }
    let updated = setup.send(&key, batch(json!({"op": "update", "alias": alias, "patch": {"note": null}}))).expect(200).json();
    assert_eq!(updated["results"][0]["link"], reference(&setup.show(&alias)));
    setup.send(&setup.stranger, delete(&alias)).expect(204);
    let restored = setup.send(&key, restore(&alias)).expect(200).json();
    assert_eq!(restored, reference(&setup.show(&alias)));
    // A created link is returned whole, because the caller sent all of it. A link that was found may have other fields.
    let new = || json!({"target": target, "external_id": name});
    let created = setup.send(&key, create(&new())).expect(201).json();
    assert_eq!((&created["target"], &created["owner"]), (&json!(target), &json!(owner)));
    for flag in ["find_if_exists", "update_if_exists"] {
        let mut again = new();
        again[flag] = json!(true);
        assert_eq!(setup.send(&key, create(&again)).expect(200).json(), reference(&created), "{flag}");
    }
    let item = setup.send(&key, batch(json!({"op": "create", "link": {"target": target}}))).expect(200).json();
    assert_eq!(item["results"][0]["link"]["target"], json!(target));
    // With `links:read` the whole link is returned.
    let reader = hop.key(&owner, &["links:read", "links:write"], None);
    assert_eq!(setup.send(&reader, patch(&alias, &json!({}))).expect(200).json()["target"], json!(TARGET));
}

fn cursor_is_bound_to_its_key(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    for _ in 0..2 {
        let tagged = json!({"target": TARGET, "tags": [hop.name("rights")]});
        setup.send(&setup.editor, create(&tagged)).expect(201);
    }
    let second_key = hop.key(&setup.editor_id, &SCOPES, None);
    for list in ["/api/v1/links?limit=1", "/api/v1/tags?limit=1"] {
        let next = setup.send(&setup.editor, Call::get(list)).expect(200).json()["next"].as_str().unwrap().to_owned();
        setup.send(&setup.editor, Call::get(next.as_str())).expect(200);
        for caller in [ADMIN_KEY, &setup.admin, &setup.stranger, &second_key] {
            let refused = setup.send(caller, Call::get(next.as_str())).expect(422).json();
            assert_eq!(refused["errors"][0]["field"], "/cursor", "{refused}");
        }
    }
}

fn idempotency_key_is_bound_to_its_caller(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let name = hop.name("rights");
    let call = || create(&json!({ "target": TARGET })).header("Idempotency-Key", name.as_str());
    let second_key = hop.key(&setup.editor_id, &SCOPES, None);
    let keys = [ADMIN_KEY, &setup.admin, &setup.editor, &second_key, &setup.stranger];
    let created = keys.map(|caller| setup.send(caller, call()).expect(201).json());
    for (at, link) in created.iter().enumerate() {
        assert!(created.iter().take(at).all(|other| other["id"] != link["id"]), "{link}");
    }
    assert_eq!(keys.map(|caller| setup.send(caller, call()).expect(201).json()), created);
    // Without the right to write, the kept response is not returned.
    setup.assert_forbidden(&setup.viewer, call());
}

fn changing_tags_needs_links_admin(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let admin = hop.user("admin");
    let manager = hop.key(&admin, &["links:admin"], None);
    let (tag, renamed) = (hop.name("rights"), hop.name("rights"));
    let created = setup.send(&setup.editor, create(&json!({"target": TARGET, "tags": [tag]}))).expect(201).json();
    let path = format!("/api/v1/tags/{tag}");
    setup.assert_forbidden(&setup.editor, Call::new("PATCH", path.as_str()).json(&json!({ "tag": renamed })));
    let done = setup.send(&manager, Call::new("PATCH", path).json(&json!({ "tag": renamed }))).expect(200).json();
    assert_eq!(done["changed"], 1);
    assert_eq!(setup.show(created["alias"].as_str().unwrap())["tags"], json!([renamed]));
    let path = format!("/api/v1/tags/{renamed}");
    setup.assert_forbidden(&setup.editor, Call::new("DELETE", path.as_str()));
    assert_eq!(setup.send(&manager, Call::new("DELETE", path)).expect(200).json()["changed"], 1);
}

fn key_follows_the_role_of_its_owner(world: &World) {
    let hop = Hop(world);
    let setup = Setup::create(hop);
    let user = hop.user("editor");
    let key = hop.key(&user, &SCOPES, None);
    let alias = setup.link(&key);
    let another = setup.link(&setup.editor);
    let change = |alias: &str| patch(alias, &json!({"title": "x"}));
    setup.assert_forbidden(&key, change(&another));
    hop.give_role(&user, "admin");
    setup.send(&key, change(&another)).expect(200);
    hop.give_role(&user, "viewer");
    setup.assert_forbidden(&key, change(&alias));
    setup.send(&key, Call::get(address(&alias))).expect(200);
    hop.disable(&user);
    assert_eq!(setup.send(&key, Call::get(address(&alias))).status, 401);
}

fn link_without_owner_is_for_admins(world: &World) {
    let setup = Setup::create(Hop(world));
    let alias = setup.link(ADMIN_KEY);
    assert_eq!(setup.show(&alias)["owner"], Value::Null);
    setup.assert_forbidden(&setup.editor, patch(&alias, &json!({"title": "x"})));
    setup.send(&setup.admin, patch(&alias, &json!({"title": "x"}))).expect(200);
    // The response names the required right.
    let refused = setup.send(&setup.viewer, patch(&alias, &json!({"title": "x"})));
    assert_eq!(refused.header("www-authenticate").as_deref(), Some("Bearer realm=\"hop\", error=\"insufficient_scope\""));
    assert_eq!(refused.json()["detail"], "This needs the scope `links:write` and the role editor.");
}
