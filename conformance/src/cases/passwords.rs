//! Links with a password: the form, the cookie that opens one link, and the limit of tries.

use serde_json::{Value, json};

use super::{address, cases, create, eventually, link, readable};
use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::places::{AUSTRIA, FRANCE, GERMANY, NOWHERE};
use crate::world::{DOMAIN, OTHER_DOMAIN, World};

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const PASSWORD: &str = "wörd of a link";
/// The password as a form sends it.
const TYPED: &str = "password=w%C3%B6rd+of+a+link";
const SECRET: &str = "https://secret.example/there";

cases!("passwords":
    password_form_reveals_nothing,
    right_password_sets_a_cookie_and_redirects,
    wrong_password_is_reported_without_redirect,
    cookie_opens_only_its_link,
    new_password_invalidates_old_cookies,
    cross_site_form_is_refused,
    tries_are_limited_per_network,
    forged_cookie_gives_no_extra_tries,
    no_link_opens_without_the_store,
    post_to_a_plain_link_redirects_to_itself,
);

fn create_locked(hop: &Deployment, alias: &str, domain: &str) {
    let link = json!({"alias": alias, "domain": domain, "target": SECRET, "password": PASSWORD, "redirect_status": 307});
    create(hop, &link).expect(201);
    eventually("the link can be read", || {
        let shown = hop.send(&Call::get(format!("{}?domain={domain}", address(alias))).admin());
        (shown.status == 200).then_some(())
    });
}

fn post(alias: &str, form: &str) -> Call {
    Call::new("POST", format!("/{alias}")).header("Content-Type", "application/x-www-form-urlencoded").body(form)
}

/// The cookie of a response, and its attributes.
fn cookie(response: &Response) -> (String, Vec<String>) {
    let header = response.header("set-cookie").expect("a cookie");
    let mut parts = header.split("; ").map(str::to_owned);
    (parts.next().unwrap(), parts.collect())
}

#[track_caller]
fn assert_reveals_nothing(response: &Response) {
    assert!(!response.contains("secret.example") && response.header("location").is_none(), "{response:?}");
}

fn password_form_reveals_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("locked"));
    create_locked(hop, &alias, DOMAIN);
    let page = hop.send(&Call::get(format!("/{alias}")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("type=\"password\""), "{}", page.text());
    assert_eq!(page.header("referrer-policy").unwrap(), "same-origin", "the browser must send Origin with the form");
    assert!(page.header("content-security-policy").unwrap().contains("form-action 'self' https: http:"));
    let json = hop.send(&Call::get(format!("/{alias}"))).expect(200);
    assert_eq!((&json.json()["needs"], &json.json()["target"]), (&json!("password"), &Value::Null));
    let preview = hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    let head = hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(200);
    for response in [page, json, preview, head] {
        assert_reveals_nothing(&response);
        assert_eq!(response.header("cache-control").unwrap(), "no-store");
    }
}

fn right_password_sets_a_cookie_and_redirects(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("unlocked"));
    create_locked(hop, &alias, DOMAIN);
    let opened = hop.send(&post(&format!("{alias}?a=%20b"), TYPED).header("Accept", BROWSER)).expect(303);
    assert_eq!(
        opened.header("location").unwrap(),
        format!("/{alias}?a=%20b"),
        "a 303, so the browser does not post the password to the target"
    );
    let (cookie, attributes) = cookie(&opened);
    assert!(cookie.starts_with("__Host-hop-lnk_"), "{cookie}");
    assert_eq!(attributes, ["Path=/", "Max-Age=7776000", "Secure", "HttpOnly", "SameSite=Lax"]);
    let parts = hop.send(&Call::get(format!("/{alias}")).header("Cookie", "a=b").header("Cookie", cookie.clone()).header("Cookie", "c=d"));
    assert_eq!(parts.status, 307, "several Cookie headers are joined");
    let others = format!("a=b; {cookie}; c=d");
    let redirect = hop.send(&Call::get(format!("/{alias}")).header("Cookie", others)).expect(307);
    assert_eq!(
        (redirect.header("location").unwrap().as_str(), redirect.header("cache-control").unwrap().as_str()),
        (SECRET, "private, no-store")
    );
    let preview = hop.send(&Call::get(format!("/{alias}+")).header("Cookie", cookie)).expect(200).json();
    assert_eq!(preview["target"], SECRET);
    // The ö as a letter and a combining mark.
    hop.send(&post(&alias, "password=wo%CC%88rd+of+a+link")).expect(303);
}

fn wrong_password_is_reported_without_redirect(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("guessed"));
    create_locked(hop, &alias, DOMAIN);
    let page = hop.send(&post(&alias, "password=wurd+of+a+link").header("Accept", BROWSER)).expect(403);
    assert!(page.text().contains("role=\"alert\""), "{}", page.text());
    let mut responses = vec![page];
    let empty = hop.send(&post(&alias, "").from(FRANCE)).expect(200);
    assert_eq!(empty.json()["needs"], "password", "an empty form is no wrong password");
    responses.push(empty);
    for form in ["password=", "password=wurd+of+a+link", "x=y&password=%ff", "password=x&password=w%C3%B6rd+of+a+link"] {
        let response = hop.send(&post(&alias, form).from(FRANCE));
        response.problem(403, "forbidden");
        responses.push(response);
    }
    let large = hop.send(&post(&alias, &format!("password={}", "x".repeat(16_400))).from(FRANCE));
    large.problem(413, "too_large");
    for response in responses.iter().chain([&large]) {
        assert_reveals_nothing(response);
        assert!(response.header("set-cookie").is_none());
    }
}

fn cookie_opens_only_its_link(world: &World) {
    let (hop, alias, other) = (world.hop(), world.alias("mine"), world.alias("theirs"));
    for (alias, domain) in [(&alias, DOMAIN), (&other, DOMAIN), (&alias, OTHER_DOMAIN)] {
        create_locked(hop, alias, domain);
    }
    let (pair, _) = cookie(&hop.send(&post(&alias, TYPED)).expect(303));
    let (name, value) = pair.split_once('=').unwrap();
    let own_alias = alias.clone();
    let opens = |alias: &str, host: &str, pair: &str| {
        let response = hop.send(&Call::get(format!("/{alias}")).host(host).header("Cookie", pair));
        if response.status == 200 {
            assert_reveals_nothing(&response);
        }
        response.status == 307
    };
    assert!(opens(&alias, DOMAIN, &pair));
    for (alias, domain) in [(&other, DOMAIN), (&alias, OTHER_DOMAIN)] {
        let (theirs, _) = cookie(&hop.send(&post(alias, TYPED).host(domain)).expect(303));
        let (their_name, their_value) = theirs.split_once('=').unwrap();
        assert!(opens(alias, domain, &theirs));
        assert!(!opens(alias, domain, &pair), "the cookie of another link");
        assert!(!opens(alias, domain, &format!("{their_name}={value}")), "the value for another link");
        assert!(!opens(&own_alias, DOMAIN, &format!("{name}={their_value}")), "the value from another link");
    }
    let (until, seal) = value.split_once('.').unwrap();
    let later = until.parse::<u64>().unwrap() + 1;
    let flipped = |at: usize| {
        let mut bytes = seal.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    for forged in [
        format!("{later}.{seal}"),
        format!("{until}.{}", flipped(0)),
        format!("{until}.{}", flipped(20)),
        format!("{until}.{}", &seal[..seal.len() - 1]),
        format!("{until}.{seal}A"),
        format!("{until}."),
        seal.to_owned(),
        String::new(),
        "1.".repeat(2_000),
    ] {
        assert!(!opens(&alias, DOMAIN, &format!("{name}={forged}")), "{forged}");
    }
}

fn new_password_invalidates_old_cookies(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("changed-lock"));
    create_locked(hop, &alias, DOMAIN);
    let (cookie, _) = cookie(&hop.send(&post(&alias, TYPED)).expect(303));
    // Setting the same password again makes a new hash.
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json");
    hop.send(&patch.body(json!({"password": PASSWORD}).to_string())).expect(200);
    eventually("the old cookie no longer opens the link", || {
        let response = hop.send(&Call::get(format!("/{alias}")).header("Cookie", cookie.clone()));
        (response.status == 200).then_some(())
    });
}

fn cross_site_form_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("foreign"));
    create_locked(hop, &alias, DOMAIN);
    let sent = |headers: &[(&str, &str)]| {
        let call = headers.iter().fold(post(&alias, TYPED), |call, (name, value)| call.header(name, *value));
        hop.send(&call.from(AUSTRIA))
    };
    for headers in [
        &[("Origin", "https://evil.example")][..],
        &[("Origin", "https://hop.example.evil.example")],
        &[("Origin", "https://b.example")],
        &[("Origin", "null")],
        &[("Origin", "x")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "cross-site"), ("Origin", "https://hop.example")],
    ] {
        let refused = sent(headers);
        assert_eq!(refused.status, 403, "{headers:?}");
        refused.problem(403, "forbidden");
        assert_reveals_nothing(&refused);
    }
    for headers in [
        &[("Origin", "https://hop.example")][..],
        &[("Sec-Fetch-Site", "same-origin"), ("Origin", "https://hop.example")],
        &[("Sec-Fetch-Site", "none")],
        &[],
    ] {
        sent(headers).expect(303);
    }
}

fn tries_are_limited_per_network(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("stormed"));
    create_locked(hop, &alias, DOMAIN);
    // Windows begin every quarter of an hour. If one ends during the test, sixty more tries are allowed.
    let tries = (0..125).map(|_| hop.send(&post(&alias, "password=wrong+and+long").from(GERMANY)));
    let responses: Vec<Response> = tries.collect();
    let refused: Vec<&Response> = responses.iter().filter(|response| response.status == 429).collect();
    assert!(refused.len() >= 5 && responses.iter().all(|response| matches!(response.status, 403 | 429)), "{}", refused.len());
    for response in refused {
        response.problem(429, "rate_limited");
        let wait = response.header("retry-after").unwrap();
        assert!((1..=900).contains(&wait.parse::<u32>().unwrap()));
        assert_eq!(response.header("ratelimit").unwrap(), format!("\"unlock-network\";r=0;t={wait}"));
        assert_eq!(response.header("ratelimit-policy").unwrap(), "\"unlock-network\";q=60;w=900");
    }
    let last = hop.send(&post(&alias, TYPED).from(GERMANY));
    assert!(matches!(last.status, 429 | 303), "the right password is refused too, unless the window has ended: {}", last.status);
    hop.send(&post(&alias, TYPED).from(NOWHERE)).expect(303);
}

/// A device with a valid cookie has tries of its own. A forged cookie must not get any when those of its network are
/// used up.
fn forged_cookie_gives_no_extra_tries(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("known-device"));
    create_locked(hop, &alias, DOMAIN);
    let (known, _) = cookie(&hop.send(&post(&alias, TYPED).from(GERMANY)).expect(303));
    for _ in 0..125 {
        hop.send(&post(&alias, "password=wrong+and+long").from(GERMANY));
    }
    hop.send(&post(&alias, TYPED).from(GERMANY)).problem(429, "rate_limited");
    let (name, value) = known.split_once('=').unwrap();
    let forged = format!("{name}={}", value.replacen(|letter: char| letter.is_ascii_digit(), "9", 1));
    assert_ne!(hop.send(&post(&alias, TYPED).from(GERMANY).header("Cookie", forged)).status, 303);
}

fn no_link_opens_without_the_store(world: &World) {
    let response = world.without_store().send(&post("locked", TYPED));
    response.problem(503, "store_unavailable");
}

fn post_to_a_plain_link_redirects_to_itself(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("open"));
    link(hop, &alias, SECRET);
    readable(hop, &alias, |link| link.is_some());
    let back = hop.send(&post(&alias, TYPED)).expect(303);
    assert_eq!(back.header("location").unwrap(), format!("/{alias}"));
    hop.send(&post("no-such-link", TYPED)).problem(404, "not_found");
}
