//! What no table of routes shows: the checks that stand behind the first one.

use serde_json::{Value, json};

use super::people::SCOPES;
use super::{Ask, DOMAIN, Hop, OTHER_DOMAIN, Reply};

const LINKS: &str = "/api/v1/links";
const TARGET: &str = "https://example.com/";

/// Every scope but one.
fn without(scope: &str) -> Vec<&'static str> {
    SCOPES.into_iter().filter(|other| *other != scope).collect()
}

fn address(alias: &str) -> String {
    format!("{LINKS}/{alias}")
}

fn get(path: impl Into<String>) -> Ask {
    Ask::to("GET", path)
}

fn create(json: &Value) -> Ask {
    Ask::to("POST", LINKS).json(json)
}

fn patch(alias: &str, json: &Value) -> Ask {
    Ask::to("PATCH", address(alias)).json(json)
}

fn delete(alias: &str) -> Ask {
    Ask::to("DELETE", address(alias))
}

/// hop with a few people: an admin, two editors who are strangers to each other, a viewer.
struct Scene<'a, H> {
    hop: &'a H,
    root: String,
    admin: String,
    /// An admin whose key is for everything but managing links.
    writer: String,
    editor_id: String,
    editor: String,
    stranger_id: String,
    stranger: String,
    viewer: String,
}

impl<'a, H: Hop> Scene<'a, H> {
    fn of(hop: &'a H) -> Self {
        let (admin, editor_id, stranger_id, viewer) = (hop.user("admin"), hop.user("editor"), hop.user("editor"), hop.user("viewer"));
        Self {
            hop,
            root: hop.admin_key(),
            admin: hop.key(&admin, &SCOPES, None),
            writer: hop.key(&admin, &without("links:admin"), None),
            editor: hop.key(&editor_id, &SCOPES, None),
            stranger: hop.key(&stranger_id, &SCOPES, None),
            viewer: hop.key(&viewer, &SCOPES, None),
            editor_id,
            stranger_id,
        }
    }

    fn send(&self, who: &str, ask: Ask) -> Reply {
        self.hop.send(&ask.with(who))
    }

    /// A link that `who` makes; its alias.
    #[track_caller]
    fn link(&self, who: &str) -> String {
        let alias = self.hop.name("within");
        self.send(who, create(&json!({"alias": alias, "target": TARGET}))).expect(201);
        alias
    }

    #[track_caller]
    fn refused(&self, who: &str, ask: Ask) {
        let shown = format!("{ask:?}");
        let reply = self.send(who, ask);
        assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("forbidden")), "{shown}: {}", reply.body);
    }

    fn show(&self, alias: &str) -> Value {
        self.send(&self.root, get(address(alias))).expect(200)
    }
}

pub(crate) fn a_blocked_link_is_frozen_for_all_but_who_may_block(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let alias = scene.link(&scene.editor);
    scene.send(&scene.admin, patch(&alias, &json!({"blocked": {"reason": "phishing"}}))).expect(200);
    let elsewhere = hop.name("within");
    for who in [&scene.editor, &scene.writer] {
        for ask in [
            patch(&alias, &json!({"title": "x"})),
            patch(&alias, &json!({"alias": elsewhere})),
            patch(&alias, &json!({ "blocked": null })),
            delete(&alias),
            Ask::to("DELETE", format!("{}?erase=true", address(&alias))),
            Ask::to("POST", format!("{}/restore", address(&alias))),
        ] {
            scene.refused(who, ask);
        }
        let items = json!({"items": [{"op": "update", "alias": alias, "patch": {"title": "x"}}, {"op": "delete", "alias": alias}]});
        let results = scene.send(who, Ask::to("POST", "/api/v1/batch").json(&items)).expect(200);
        assert_eq!((&results["results"][0]["status"], &results["results"][1]["status"]), (&json!(403), &json!(403)));
    }
    let link = scene.show(&alias);
    assert_eq!((&link["version"], &link["title"], &link["state"]), (&json!(2), &Value::Null, &json!("blocked")));
    scene.send(&scene.admin, patch(&alias, &json!({"title": "x"}))).expect(200);
    scene.send(&scene.admin, patch(&alias, &json!({ "blocked": null }))).expect(200);
    scene.send(&scene.editor, patch(&alias, &json!({"title": "y"}))).expect(200);
}

pub(crate) fn blocks_and_owners_are_for_who_manages_links(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let alias = scene.link(&scene.editor);
    for who in [&scene.editor, &scene.writer] {
        for said in [
            json!({"blocked": {"reason": "x"}}),
            json!({ "blocked": null }),
            json!({"owner": scene.stranger_id}),
            json!({ "owner": null }),
            json!({"owner": scene.editor_id, "title": "x"}),
        ] {
            scene.refused(who, patch(&alias, &said));
        }
    }
    assert_eq!(scene.show(&alias)["version"], 1);
    let given = scene.send(&scene.admin, patch(&alias, &json!({"owner": scene.stranger_id}))).expect(200);
    assert_eq!(given["owner"], json!(scene.stranger_id));
    scene.refused(&scene.editor, patch(&alias, &json!({"title": "x"})));
    scene.send(&scene.stranger, patch(&alias, &json!({"title": "x"}))).expect(200);
    scene.send(&scene.admin, patch(&alias, &json!({ "owner": null }))).expect(200);
    scene.refused(&scene.stranger, patch(&alias, &json!({"title": "y"})));
    scene.send(&scene.admin, patch(&alias, &json!({"title": "y"}))).expect(200);
}

pub(crate) fn each_item_of_a_batch_is_judged_by_itself(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let (own, another) = (scene.link(&scene.editor), scene.link(&scene.stranger));
    let only_there = hop.key(&scene.editor_id, &SCOPES, Some(&[DOMAIN]));
    let (free, elsewhere) = (hop.name("within"), hop.name("within"));
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
    // No edge takes fewer at once.
    let statuses: Vec<u64> = items
        .as_array()
        .unwrap()
        .chunks(4)
        .flat_map(|items| {
            let results = scene.send(&only_there, Ask::to("POST", "/api/v1/batch").json(&json!({"items": items}))).expect(200);
            results["results"].as_array().unwrap().iter().filter_map(|item| item["status"].as_u64()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(statuses, [201, 200, 403, 403, 403, 403, 403, 403, 403, 204]);
    assert_eq!(scene.show(&another)["version"], 1);
}

pub(crate) fn an_alias_of_anothers_deleted_link_is_not_reused(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let alias = scene.link(&scene.stranger);
    scene.send(&scene.stranger, delete(&alias)).expect(204);
    let again = |alias: &str| create(&json!({"alias": alias, "target": TARGET, "reuse": true}));
    let own = scene.link(&scene.editor);
    for ask in [again(&alias), patch(&own, &json!({"alias": alias, "reuse": true}))] {
        let reply = scene.send(&scene.editor, ask);
        assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("alias_retired")), "{}", reply.body);
    }
    scene.send(&scene.stranger, again(&alias)).expect(201);
    scene.send(&scene.stranger, delete(&alias)).expect(204);
    scene.send(&scene.admin, again(&alias)).expect(201);
    // One that another's link has left, and one whose link is gone.
    let (left, to) = (scene.link(&scene.stranger), hop.name("within"));
    scene.send(&scene.stranger, patch(&left, &json!({ "alias": to }))).expect(200);
    assert_eq!(scene.send(&scene.editor, again(&left)).status, 409);
    scene.send(&scene.stranger, again(&left)).expect(201);
    let (left, to) = (scene.link(&scene.stranger), hop.name("within"));
    scene.send(&scene.stranger, patch(&left, &json!({ "alias": to }))).expect(200);
    scene.send(&scene.stranger, Ask::to("DELETE", format!("{}?erase=true", address(&to)))).expect(204);
    for who in [&scene.editor, &scene.stranger, &scene.writer] {
        assert_eq!(scene.send(who, again(&left)).status, 409);
    }
    scene.send(&scene.admin, again(&left)).expect(201);
    // One that was blocked when it was deleted is its owner's no more.
    let blocked = scene.link(&scene.stranger);
    scene.send(&scene.admin, patch(&blocked, &json!({"blocked": {"reason": "x"}}))).expect(200);
    scene.send(&scene.admin, delete(&blocked)).expect(204);
    assert_eq!(scene.send(&scene.stranger, again(&blocked)).status, 409);
    assert_eq!(scene.send(&scene.writer, again(&blocked)).status, 409);
    scene.send(&scene.admin, again(&blocked)).expect(201);
}

pub(crate) fn a_key_for_a_domain_reaches_no_other(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let key = hop.key(&scene.editor_id, &SCOPES, Some(&[DOMAIN]));
    let alias = scene.link(&key);
    scene.refused(&key, patch(&alias, &json!({"domain": OTHER_DOMAIN})));
    scene.refused(&key, create(&json!({"domain": OTHER_DOMAIN, "target": TARGET})));
    // Whether there is such a domain is not told.
    for unknown in ["nobody-has-this.example", OTHER_DOMAIN] {
        scene.refused(&key, patch(&alias, &json!({ "domain": unknown })));
        scene.refused(&key, create(&json!({"domain": unknown, "target": TARGET})));
        scene.refused(&key, get(format!("{LINKS}?domain={unknown}")));
        scene.refused(&key, get(format!("/api/v1/domains/{unknown}")));
    }
    assert_eq!(scene.show(&alias)["domain"], DOMAIN);
    let there = hop.key(&scene.editor_id, &SCOPES, Some(&[OTHER_DOMAIN]));
    for unsaid in [LINKS, &address(&alias), "/api/v1/export", "/api/v1/tags", &format!("/api/v1/aliases/{alias}")] {
        scene.refused(&there, get(unsaid));
    }
    scene.refused(&there, patch(&alias, &json!({"title": "x"})));
    scene.refused(&there, create(&json!({ "target": TARGET })));
    let found = scene.send(&there, get("/api/v1/domains")).expect(200);
    let domains: Vec<&str> = found["items"].as_array().unwrap().iter().filter_map(|item| item["domain"].as_str()).collect();
    assert_eq!(domains, [OTHER_DOMAIN]);
    let both = hop.key(&scene.editor_id, &SCOPES, Some(&[OTHER_DOMAIN, DOMAIN]));
    scene.send(&both, patch(&alias, &json!({"domain": OTHER_DOMAIN}))).expect(200);
}

pub(crate) fn an_old_alias_belongs_to_whom_its_link_belongs_to(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let (old, new) = (scene.link(&scene.stranger), hop.name("within"));
    scene.send(&scene.stranger, patch(&old, &json!({"alias": new, "keep_old_alias": true}))).expect(200);
    scene.refused(&scene.editor, delete(&old));
    assert_eq!(hop.send(&get(format!("/{old}"))).status, 302);
    scene.send(&scene.stranger, delete(&old)).expect(204);
    // One that leads to another domain is for those who have a say there.
    let (left, there) = (scene.link(&scene.stranger), hop.name("within"));
    let moved = json!({"alias": there, "domain": OTHER_DOMAIN, "keep_old_alias": true});
    scene.send(&scene.stranger, patch(&left, &moved)).expect(200);
    scene.refused(&hop.key(&scene.stranger_id, &SCOPES, Some(&[DOMAIN])), delete(&left));
    // One whose link is gone is for those who manage links.
    scene.send(&scene.stranger, Ask::to("DELETE", format!("{}?domain={OTHER_DOMAIN}&erase=true", address(&there)))).expect(204);
    for who in [&scene.editor, &scene.stranger, &scene.writer] {
        scene.refused(who, delete(&left));
    }
    scene.send(&scene.admin, delete(&left)).expect(204);
}

pub(crate) fn hashes_of_passwords_are_for_who_manages_links(hop: &impl Hop) {
    let scene = Scene::of(hop);
    for who in [&scene.viewer, &scene.editor, &scene.writer] {
        for format in ["jsonl", "csv"] {
            scene.refused(who, get(format!("/api/v1/export?limit=1&passwords=true&format={format}")));
        }
        scene.send(who, get("/api/v1/export?limit=1&passwords=false")).expect(200);
    }
    scene.send(&scene.admin, get("/api/v1/export?limit=1&passwords=true")).expect(200);
}

pub(crate) fn what_exists_is_looked_for_among_ones_own(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let (name, target) = (hop.name("within"), format!("{TARGET}{}", hop.name("within")));
    let theirs = scene.send(&scene.stranger, create(&json!({"target": target, "external_id": name}))).expect(201);
    let find = || create(&json!({"target": target, "external_id": name, "find_if_exists": true}));
    let update = || create(&json!({"target": target, "external_id": name, "update_if_exists": true, "title": "mine"}));
    for (who, owner) in [(&scene.editor, json!(scene.editor_id)), (&scene.root, Value::Null)] {
        let found = scene.send(who, find()).expect(201);
        assert_eq!(found["owner"], owner);
        assert_ne!(found["id"], theirs["id"]);
        assert_eq!(scene.send(who, find()).expect(200)["id"], found["id"]);
        let updated = scene.send(who, update()).expect(200);
        assert_eq!((&updated["id"], &updated["title"]), (&found["id"], &json!("mine")));
    }
    let other = hop.name("within");
    let named = |title: &str| create(&json!({"target": target, "external_id": other, "update_if_exists": true, "title": title}));
    let first = scene.send(&scene.stranger, named("theirs")).expect(201);
    let second = scene.send(&scene.editor, named("mine")).expect(201);
    let third = scene.send(&scene.admin, named("an admin's")).expect(201);
    assert!(first["id"] != second["id"] && second["id"] != third["id"] && first["id"] != third["id"]);
    assert_eq!(scene.show(first["alias"].as_str().unwrap())["title"], "theirs");
    assert_eq!(scene.show(theirs["alias"].as_str().unwrap())["version"], 1);
}

pub(crate) fn clicks_are_told_with_their_scope_alone(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let alias = scene.link(&scene.editor);
    let blind = hop.key(&scene.editor_id, &without("stats:read"), None);
    let told = |who: &str| {
        let one = scene.send(who, get(address(&alias))).expect(200);
        let listed = scene.send(who, get(format!("{LINKS}?prefix={alias}"))).expect(200);
        let changed = scene.send(who, patch(&alias, &json!({"title": "x"}))).expect(200);
        let batch = json!({"items": [{"op": "update", "alias": alias, "patch": {"title": "x"}}]});
        let batch = scene.send(who, Ask::to("POST", "/api/v1/batch").json(&batch)).expect(200);
        let exported = scene.send(who, get("/api/v1/export?limit=1"));
        let line: Value = serde_json::from_str(exported.body.lines().next().unwrap()).unwrap();
        [&one, &listed["items"][0], &changed, &batch["results"][0]["link"], &line].map(|link| link["clicks"].is_object())
    };
    assert_eq!((told(&scene.editor), told(&blind)), ([true; 5], [false; 5]));
    // Whoever reads links may be told, whatever their role and their domains.
    let there = hop.key(&scene.editor_id, &SCOPES, Some(&[DOMAIN]));
    for who in [&scene.viewer, &there] {
        assert!(scene.send(who, get(address(&alias))).expect(200)["clicks"].is_object());
    }
    let in_a_row = |who: &str| scene.send(who, get("/api/v1/export?limit=1&format=csv")).body.contains("humans");
    assert!(in_a_row(&scene.editor) && !in_a_row(&blind));
}

/// What an answer says of a link to who may not read links.
fn reference(link: &Value) -> Value {
    json!({"id": link["id"], "alias": link["alias"], "domain": link["domain"], "version": link["version"]})
}

pub(crate) fn writers_without_read_get_references(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let (boss, name) = (hop.user("admin"), hop.name("within"));
    let blind = hop.key(&boss, &without("links:read"), None);
    let (alias, target) = (scene.link(&scene.stranger), format!("{TARGET}{name}"));
    scene.send(&scene.stranger, patch(&alias, &json!({"note": "for my eyes only"}))).expect(200);
    let batch = |item: Value| Ask::to("POST", "/api/v1/batch").json(&json!({ "items": [item] }));
    // Whatever they write, and however often, of another's link or of their own.
    for ask in [
        patch(&alias, &json!({})),
        patch(&alias, &json!({"title": "x"})),
        patch(&alias, &json!({"title": "x"})),
        Ask::to("POST", format!("{}/restore", address(&alias))),
    ] {
        let reply = scene.send(&blind, ask);
        assert_eq!((reply.status, reply.json()), (200, reference(&scene.show(&alias))), "{}", reply.body);
    }
    let updated = scene.send(&blind, batch(json!({"op": "update", "alias": alias, "patch": {"note": null}}))).expect(200);
    assert_eq!(updated["results"][0]["link"], reference(&scene.show(&alias)));
    scene.send(&scene.stranger, delete(&alias)).expect(204);
    let restored = scene.send(&blind, Ask::to("POST", format!("{}/restore", address(&alias)))).expect(200);
    assert_eq!(restored, reference(&scene.show(&alias)));
    // What they make they know: they have said all of it. What was there already may have been changed since.
    let new = || json!({"target": target, "external_id": name});
    let made = scene.send(&blind, create(&new())).expect(201);
    assert_eq!((&made["target"], &made["owner"]), (&json!(target), &json!(boss)));
    for flag in ["find_if_exists", "update_if_exists"] {
        let mut again = new();
        again[flag] = json!(true);
        assert_eq!(scene.send(&blind, create(&again)).expect(200), reference(&made), "{flag}");
    }
    let item = scene.send(&blind, batch(json!({"op": "create", "link": {"target": target}}))).expect(200);
    assert_eq!(item["results"][0]["link"]["target"], json!(target));
    // Whoever may read is answered whole.
    let seeing = hop.key(&boss, &["links:read", "links:write"], None);
    assert_eq!(scene.send(&seeing, patch(&alias, &json!({}))).expect(200)["target"], json!(TARGET));
}

pub(crate) fn a_cursor_is_good_for_who_was_given_it(hop: &impl Hop) {
    let scene = Scene::of(hop);
    for _ in 0..2 {
        let tagged = json!({"target": TARGET, "tags": [hop.name("rights")]});
        scene.send(&scene.editor, create(&tagged)).expect(201);
    }
    let another_of_theirs = hop.key(&scene.editor_id, &SCOPES, None);
    for list in ["/api/v1/links?limit=1", "/api/v1/tags?limit=1"] {
        let next = scene.send(&scene.editor, get(list)).expect(200)["next"].as_str().unwrap().to_owned();
        scene.send(&scene.editor, get(next.as_str())).expect(200);
        for who in [&scene.root, &scene.admin, &scene.stranger, &another_of_theirs] {
            let refused = scene.send(who, get(next.as_str())).expect(422);
            assert_eq!(refused["errors"][0]["field"], "/cursor", "{refused}");
        }
    }
}

pub(crate) fn a_repeated_request_is_known_by_who_sent_it(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let name = hop.name("within");
    let ask = || create(&json!({ "target": TARGET })).header("Idempotency-Key", name.as_str());
    let another_of_theirs = hop.key(&scene.editor_id, &SCOPES, None);
    let everybody = [&scene.root, &scene.admin, &scene.editor, &another_of_theirs, &scene.stranger];
    let made = everybody.map(|who| scene.send(who, ask()).expect(201));
    for (at, link) in made.iter().enumerate() {
        assert!(made.iter().take(at).all(|other| other["id"] != link["id"]), "{link}");
    }
    assert_eq!(everybody.map(|who| scene.send(who, ask()).expect(201)), made);
    // Whoever may not write is not told what was done.
    scene.refused(&scene.viewer, ask());
}

pub(crate) fn tags_are_renamed_by_who_manages_links(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let admin = hop.user("admin");
    let manager = hop.key(&admin, &["links:admin"], None);
    let (tag, renamed) = (hop.name("rights"), hop.name("rights"));
    let made = scene.send(&scene.editor, create(&json!({"target": TARGET, "tags": [tag]}))).expect(201);
    let path = format!("/api/v1/tags/{tag}");
    scene.refused(&scene.editor, Ask::to("PATCH", path.as_str()).json(&json!({ "tag": renamed })));
    let done = scene.send(&manager, Ask::to("PATCH", path).json(&json!({ "tag": renamed }))).expect(200);
    assert_eq!(done["changed"], 1);
    assert_eq!(scene.show(made["alias"].as_str().unwrap())["tags"], json!([renamed]));
    let path = format!("/api/v1/tags/{renamed}");
    scene.refused(&scene.editor, Ask::to("DELETE", path.as_str()));
    assert_eq!(scene.send(&manager, Ask::to("DELETE", path)).expect(200)["changed"], 1);
}

pub(crate) fn a_key_may_what_its_owner_may_now(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let user = hop.user("editor");
    let key = hop.key(&user, &SCOPES, None);
    let alias = scene.link(&key);
    let another = scene.link(&scene.editor);
    let change = |alias: &str| patch(alias, &json!({"title": "x"}));
    scene.refused(&key, change(&another));
    hop.give_role(&user, "admin");
    scene.send(&key, change(&another)).expect(200);
    hop.give_role(&user, "viewer");
    scene.refused(&key, change(&alias));
    scene.send(&key, get(address(&alias))).expect(200);
    hop.disable(&user);
    assert_eq!(scene.send(&key, get(address(&alias))).status, 401);
}

pub(crate) fn what_nobody_owns_is_for_admins(hop: &impl Hop) {
    let scene = Scene::of(hop);
    let alias = scene.link(&scene.root);
    assert_eq!(scene.show(&alias)["owner"], Value::Null);
    scene.refused(&scene.editor, patch(&alias, &json!({"title": "x"})));
    scene.send(&scene.admin, patch(&alias, &json!({"title": "x"}))).expect(200);
    // What it takes stands in the docs and is no secret.
    let refused = scene.send(&scene.viewer, patch(&alias, &json!({"title": "x"})));
    assert_eq!(refused.challenge.as_deref(), Some("Bearer realm=\"hop\", error=\"insufficient_scope\""));
    assert_eq!(refused.json()["detail"], "This needs the scope `links:write` and the role editor.");
}
