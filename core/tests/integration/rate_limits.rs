//! Rate limits: what each one counts, what a client gets that exceeds it, and what happens when the store cannot count.
#![cfg(not(target_arch = "wasm32"))]

use crate::support::accounts::{Accounts, text};
use crate::support::audit::count;
use crate::support::client::{ADMIN_KEY, PEPPER};
use crate::support::keys::{key, user};
use crate::support::locks::{bring_locked, type_in};
use crate::support::sample_link::HERE;
use crate::support::store_faults::{Plan, clear_faults, plan};
use crate::support::{Ask, Isolate, run};
use hop_core::memory::{CommitMode, Fault, MemoryEdge};
use http::Method;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/OPERATIONS.md");
const BEGIN: &str = "<!-- rate limits: written by core/tests/integration/rate_limits.rs -->\n";
const END: &str = "<!-- end of rate limits -->\n";

/// hop with these rate limits.
fn limited<'a>(edge: &'a MemoryEdge, limits: &str) -> Isolate<'a> {
    let settings =
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", PEPPER), ("HOP_RATE_LIMITS", limits)];
    Isolate::set_up(edge, &settings)
}

#[test]
fn documented_rate_limits_match_the_code() {
    let document = std::fs::read_to_string(DOCUMENT).expect("the document is readable");
    let (before, rest) = document.split_once(BEGIN).expect("the table has a begin mark");
    let (written, after) = rest.split_once(END).expect("the table has an end mark");
    let table = hop_core::rate_limit_table();
    if std::env::var_os("HOP_WRITE").is_some() {
        std::fs::write(DOCUMENT, [before, BEGIN, &table, END, after].concat()).expect("the document is writable");
        return;
    }
    assert_eq!(written, table, "HOP_WRITE=1 cargo test -p hop-core --test integration rate_limits rewrites the table");
}

#[test]
fn setting_changes_rate_and_window() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "unlock-network=2/1m unlock-link=5/1h");
    assert!(run(hop.ask(bring_locked(json!({"target": HERE, "alias": "docs"})))).code() < 300);
    let guess = |address: &str| run(hop.ask(type_in("docs", "a wrong password").from(address, "DE")));
    edge.wait_seconds(10);
    assert_eq!([guess("192.0.2.1"), guess("192.0.2.1")].map(|answer| answer.code()), [403, 403]);
    let refused = guess("192.0.2.1");
    let headers = ["retry-after", "ratelimit", "ratelimit-policy"].map(|name| refused.header(name).to_owned());
    assert_eq!((refused.code(), refused.problem()), (429, "rate_limited".into()));
    assert_eq!(headers, ["50", "\"unlock-network\";r=0;t=50", "\"unlock-network\";q=2;w=60"]);
    edge.wait_seconds(50);
    assert_eq!(guess("192.0.2.1").code(), 403, "the next window has new units");
}

#[test]
fn reserve_is_named_when_it_is_used_up() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "unlock-link=1/1h unlock-reserve=1/1h");
    assert!(run(hop.ask(bring_locked(json!({"target": HERE, "alias": "docs"})))).code() < 300);
    let guess = |address: &str| run(hop.ask(type_in("docs", "a wrong password").from(address, "DE")));
    assert_eq!(["192.0.2.1", "192.0.2.1", "192.0.2.2"].map(|address| guess(address).code()), [403, 403, 403]);
    let refused = guess("192.0.2.2");
    assert_eq!((refused.code(), refused.header("ratelimit-policy")), (429, "\"unlock-reserve\";q=1;w=3600"));
    let keys = edge.records.keys();
    assert!(count(&edge, "rate/unlock-") >= 4 && keys.iter().all(|key| !key.as_str().contains("192.0")), "{keys:?}");
}

/// A request for the caller's own rights, with a token, from a network.
fn me(token: &str, address: &str) -> Ask {
    Ask::list("/api/v1/me").showing(token).from(address, "DE")
}

#[test]
fn invalid_credentials_are_limited_per_network() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "credentials=3/1h");
    let code = |token: &str, address: &str| run(hop.ask(me(token, address))).code();
    let unknown_key = format!("hop_{}_{}", "1".repeat(17), "2".repeat(43));
    assert_eq!(["nonsense", &*unknown_key, ADMIN_KEY].map(|token| code(token, "2001:db8::1")), [401, 401, 200]);
    assert_eq!(code("nonsense", "2001:db8::2"), 401, "the valid key took no unit");
    edge.take_log();
    let refused = run(hop.ask(me("nonsense", "2001:db8::3")));
    assert_eq!((refused.code(), refused.problem()), (429, "rate_limited".into()));
    assert_eq!((refused.header("ratelimit-policy"), refused.header("www-authenticate")), ("\"credentials\";q=3;w=3600", ""));
    assert_eq!(edge.take_log(), Vec::<String>::new(), "a flood does not fill the log");
    assert_eq!(code(ADMIN_KEY, "2001:db8::3"), 200, "a valid credential is never refused");
    assert_eq!(run(hop.ask(Ask::to(Method::GET, "http://hop.example/api/v1/me".into()).from("2001:db8::3", "DE"))).code(), 401);
    assert_eq!(code("nonsense", "192.0.2.1"), 401, "another network has its own units");
    edge.wait_seconds(3_600);
    assert_eq!(code("nonsense", "2001:db8::3"), 401);
}

#[test]
fn missing_credentials_take_no_unit() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "credentials=1/1h");
    assert_eq!(run(hop.ask(Ask::to(Method::GET, "http://hop.example/api/v1/me".into()))).code(), 401);
    assert_eq!(count(&edge, "rate/"), 0);
    // A credential of another scheme is an invalid one.
    let of_another_scheme = || Ask::visit("api/v1/me").header(AUTHORIZATION, "Basic eDp5");
    assert_eq!([run(hop.ask(of_another_scheme())), run(hop.ask(of_another_scheme()))].map(|answer| answer.code()), [401, 429]);
}

#[test]
fn expired_access_token_takes_no_unit() {
    let world = Accounts::new(CommitMode::Transaction);
    let hop = limited(&world.edge, "credentials=1/1h");
    world.edge.wait_seconds(3_600);
    let code = |token: &str| run(hop.ask(me(token, "192.0.2.1"))).code();
    let expired = text(&world.tokens["access_token"]);
    assert_eq!([expired, expired, "nonsense", "nonsense", expired].map(code), [401, 401, 401, 429, 401]);
}

#[test]
fn invalid_credential_stays_401_without_the_store() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "credentials=1/1h");
    assert_eq!(run(hop.ask(me("x", "192.0.2.1"))).code(), 401);
    plan(&edge, Plan::From(0, None));
    let answer = run(hop.ask(me("x", "192.0.2.1")));
    clear_faults(&edge);
    assert_eq!(answer.code(), 401);
    assert!(edge.take_log().iter().any(|line| line.contains("store_unavailable")), "the log says that nothing was counted");
}

/// A request to each endpoint that creates links.
fn creations() -> [Ask; 4] {
    let link = json!({"target": HERE});
    [
        Ask::shorten(HERE),
        Ask::create(&link),
        Ask::batch(&[json!({"op": "create", "link": link})]),
        Ask::import("", "application/x-ndjson", link.to_string()),
    ]
}

#[test]
fn creation_is_limited_per_principal() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "create=4/1h");
    let owner = user(&edge, 'a', "owner", "in");
    let (_, key) = key(&edge, &owner, &["links:write", "links:admin"], &json!({}));
    for ask in creations() {
        assert!(run(hop.ask(ask)).code() < 300);
    }
    let links = count(&edge, "link/");
    for ask in creations() {
        let url = ask.url.clone();
        let refused = run(hop.ask(ask));
        assert_eq!((refused.code(), refused.header("ratelimit-policy")), (429, "\"create\";q=4;w=3600"), "{url}");
    }
    assert_eq!(count(&edge, "link/"), links, "nothing was created");
    assert_eq!(run(hop.ask(Ask::list("/api/v1/links"))).code(), 200, "other requests go on");
    assert_eq!(run(hop.ask(Ask::shorten(HERE).showing(&*key))).code(), 201, "each key has its own units");
    edge.wait_seconds(3_600);
    assert_eq!(run(hop.ask(Ask::shorten(HERE))).code(), 201);
}

#[test]
fn refused_creation_keeps_the_idempotency_key_free() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "create=1/1h");
    let ask = || Ask::create(&json!({"target": HERE})).once("a key");
    assert_eq!(run(hop.ask(Ask::shorten(HERE))).code(), 201);
    assert_eq!(run(hop.ask(ask())).code(), 429);
    edge.wait_seconds(3_600);
    let made = run(hop.ask(ask()));
    assert_eq!(made.code(), 201);
    assert_eq!(run(hop.ask(ask())).code(), 429, "a repeated request takes a unit too");
    edge.wait_seconds(3_600);
    assert_eq!(run(hop.ask(ask())).json(), made.json());
}

#[test]
fn creation_goes_on_when_it_cannot_be_counted() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "create=1/1h");
    for _ in 0..3 {
        plan(&edge, Plan::At(vec![(0, Fault::Fail)]));
        assert_eq!(run(hop.ask(Ask::shorten(HERE))).code(), 201);
        clear_faults(&edge);
        assert!(edge.take_log().iter().any(|line| line.contains("store_unavailable")), "the log says that nothing was counted");
    }
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_RATE_LIMITS", "create=1/1h")];
    let without_pepper = Isolate::set_up(&edge, &settings);
    for _ in 0..2 {
        assert_eq!(run(without_pepper.ask(Ask::shorten(HERE))).code(), 201, "the bootstrap admin needs no pepper");
    }
}

#[test]
fn limits_can_be_switched_off() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "create=off credentials=off");
    assert_eq!(run(hop.ask(Ask::shorten(HERE))).code(), 201);
    assert_eq!(run(hop.ask(me("x", "192.0.2.1"))).code(), 401);
    assert_eq!(count(&edge, "rate/"), 0);
}

/// hop with public shortening and these rate limits.
fn public<'a>(edge: &'a MemoryEdge, limits: &str) -> Isolate<'a> {
    let settings = [
        ("HOP_DOMAINS", "https://hop.example"),
        ("HOP_ADMIN_KEY", ADMIN_KEY),
        ("HOP_PEPPER", PEPPER),
        ("HOP_PUBLIC_SHORTEN", "on"),
        ("HOP_RATE_LIMITS", limits),
    ];
    Isolate::set_up(edge, &settings)
}

/// The request without its credential, from a network.
fn by_anyone(ask: Ask, address: &str) -> Ask {
    Ask { visitor: ask.visitor.without(&AUTHORIZATION), ..ask }.from(address, "DE")
}

#[test]
fn anyone_shortens_where_the_setting_allows_it() {
    let edge = MemoryEdge::new(1);
    let shorten = |hop: &Isolate<'_>| run(hop.ask(by_anyone(Ask::shorten(HERE), "192.0.2.1")));
    assert_eq!(shorten(&limited(&edge, "")).code(), 401, "it is off by default");
    let hop = public(&edge, "");
    let made = shorten(&hop);
    assert_eq!(made.code(), 201, "{}", made.json());
    let alias = made.json()["short_id"].as_str().expect("an alias").to_owned();
    assert_eq!(run(hop.ask(Ask::visit(&alias))).header("location"), HERE);
    assert_eq!(run(hop.ask(Ask::show(&alias))).json()["owner"], Value::Null);
    let event = run(hop.ask(Ask::list("/api/v1/audit"))).json()["items"][0].clone();
    assert_eq!((&event["action"], &event["principal"], &event["user"]), (&json!("link.create"), &json!("public"), &Value::Null));
    assert_eq!(run(hop.ask(by_anyone(Ask::list("/capabilities"), "192.0.2.1"))).json()["public_shorten"], true);
}

#[test]
fn public_may_do_nothing_but_shorten() {
    let edge = MemoryEdge::new(1);
    let hop = public(&edge, "");
    let made = run(hop.ask(by_anyone(Ask::shorten(HERE), "192.0.2.1"))).json();
    let alias = made["short_id"].as_str().expect("an alias");
    let asks = creations().into_iter().skip(1).chain([
        Ask::show(alias),
        Ask::change(alias, &json!({"title": "x"})),
        Ask::delete(alias),
        Ask::list("/api/v1/links"),
        Ask::list("/api/v1/me"),
    ]);
    for ask in asks {
        let url = ask.url.clone();
        assert_eq!(run(hop.ask(by_anyone(ask, "192.0.2.1"))).code(), 401, "{url}");
    }
    for fields in
        [json!({"url": HERE, "alias": "mine"}), json!({"url": HERE, "domain": "hop.example"}), json!({"url": "https://hop.example/x"})]
    {
        assert_eq!(run(hop.ask(by_anyone(Ask::post("/shorten", &fields), "192.0.2.2"))).code(), 422, "{fields}");
    }
    for token in ["", "x", "public"] {
        assert_eq!(run(hop.ask(Ask::shorten(HERE).showing(token))).code(), 401, "an invalid credential is not ignored");
    }
}

#[test]
fn public_shortening_is_limited() {
    let edge = MemoryEdge::new(1);
    let hop = public(&edge, "public-shorten=2/1h public-shorten-all=5/1h");
    let shorten = |address: &str| run(hop.ask(by_anyone(Ask::shorten(HERE), address)));
    let codes = |address: &str, times: usize| (0..times).map(|_| shorten(address).code()).collect::<Vec<_>>();
    assert_eq!(codes("2001:db8::1", 4), [201, 201, 429, 429]);
    assert_eq!(shorten("2001:db8::2").header("ratelimit-policy"), "\"public-shorten\";q=2;w=3600");
    assert_eq!(codes("192.0.2.1", 2), [201, 201]);
    assert_eq!(codes("192.0.2.2", 2), [201, 429], "those of all networks are used up");
    assert_eq!(shorten("192.0.2.3").header("ratelimit-policy"), "\"public-shorten-all\";q=5;w=3600");
    assert_eq!(run(hop.ask(Ask::shorten(HERE).from("192.0.2.1", "DE"))).code(), 201, "a key has its own units");
    edge.wait_seconds(3_600);
    assert_eq!(codes("192.0.2.1", 1), [201]);
}

#[test]
fn public_shortening_needs_a_count() {
    let edge = MemoryEdge::new(1);
    let hop = public(&edge, "");
    for step in [0, 1] {
        plan(&edge, Plan::At(vec![(step, Fault::Fail)]));
        let answer = run(hop.ask(by_anyone(Ask::shorten(HERE), "192.0.2.1")));
        clear_faults(&edge);
        assert_eq!((answer.code(), answer.problem()), (503, "store_unavailable".into()));
    }
    assert_eq!(count(&edge, "link/"), 0);
    let settings = [("HOP_DOMAINS", "https://hop.example"), ("HOP_PUBLIC_SHORTEN", "on")];
    let without_pepper = Isolate::set_up(&edge, &settings);
    assert_eq!(run(without_pepper.ask(by_anyone(Ask::shorten(HERE), "192.0.2.1"))).problem(), "not_configured");
}

#[test]
fn public_idempotency_key_is_ignored() {
    let edge = MemoryEdge::new(1);
    let hop = public(&edge, "");
    let ask = |address: &str| run(hop.ask(by_anyone(Ask::shorten(HERE).once("a key"), address)));
    let [first, second] = ["192.0.2.1", "192.0.2.2"].map(ask);
    assert_eq!((first.code(), second.code(), count(&edge, "once/")), (201, 201, 0));
    assert_ne!(first.json()["short_id"], second.json()["short_id"]);
}

/// A visit of an alias from a network.
fn visit(alias: &str, address: &str) -> Ask {
    Ask::visit(alias).from(address, "DE")
}

#[test]
fn platform_limits_only_unknown_aliases() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "");
    assert_eq!(run(hop.ask(Ask::create(&json!({"target": HERE, "alias": "docs"})))).code(), 201);
    assert_eq!(run(hop.ask(visit("nothing", "192.0.2.1"))).code(), 404, "without a limiter");
    edge.limit_unknown_aliases(Ok(2));
    let code = |alias: &str, address: &str| run(hop.ask(visit(alias, address))).code();
    for _ in 0..3 {
        assert_eq!((code("docs", "192.0.2.1"), code("docs+", "192.0.2.1")), (302, 200), "a link takes no unit");
    }
    assert_eq!(["a", "b", "c", "nothing"].map(|alias| code(alias, "192.0.2.1")), [404, 404, 429, 429]);
    let refused = run(hop.ask(visit("d", "192.0.2.1")));
    assert_eq!((refused.problem(), refused.header("retry-after")), ("rate_limited".into(), "60"));
    let form = Ask { method: Method::POST, ..visit("e", "192.0.2.1") };
    assert_eq!((code("docs+", "192.0.2.1"), code("e+", "192.0.2.1"), run(hop.ask(form)).code()), (200, 429, 429));
    assert_eq!((code("docs", "192.0.2.1"), code("e", "192.0.2.2")), (302, 404));
    let clients = edge.clients_of_unknown_aliases();
    assert!(clients.len() == 2 && clients.iter().all(|client| !client.contains("192")), "{clients:?}");
}

#[test]
fn domain_redirect_of_unknown_aliases_is_not_limited() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "");
    let patch = json!({"not_found": HERE});
    assert_eq!(run(hop.ask(Ask::patch("/api/v1/domains/hop.example", &patch))).code(), 200);
    edge.limit_unknown_aliases(Ok(0));
    assert_eq!(run(hop.ask(visit("nothing", "192.0.2.1"))).code(), 302);
}

#[test]
fn failed_platform_limiter_lets_requests_go_on() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "");
    edge.limit_unknown_aliases(Err("the limiter is away"));
    assert_eq!(run(hop.ask(visit("nothing", "192.0.2.1"))).code(), 404);
    assert!(edge.take_log().concat().contains("the limiter is away"));
}

/// A refused flood reads nothing more than the alias and the domain: no link that was meant.
#[test]
fn refused_flood_looks_for_no_suggestion() {
    let edge = MemoryEdge::new(1);
    let hop = limited(&edge, "");
    assert_eq!(run(hop.ask(Ask::create(&json!({"target": HERE, "alias": "docs"})))).code(), 201);
    edge.take_operations();
    let operations = |alias: &str| {
        let (_answer, _background) = run(Isolate::new(&edge).handle(visit(alias, "192.0.2.1")));
        edge.take_operations()
    };
    let suggested = operations("Docs.");
    edge.limit_unknown_aliases(Ok(0));
    assert!(operations("Docs.") < suggested);
}
