//! Links with a password: who knows it is let in, by a cookie that opens nothing else, and nobody tries long.

use serde_json::{Value, json};

use super::{address, cases, create, eventually, link, readable};
use crate::client::{Answer, Call};
use crate::deployment::Deployment;
use crate::places::{AUSTRIA, FRANCE, GERMANY, NOWHERE};
use crate::world::{DOMAIN, OTHER_DOMAIN, World};

const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
const PASSWORD: &str = "wörd of a link";
/// As a form writes it.
const TYPED: &str = "password=w%C3%B6rd+of+a+link";
const SECRET: &str = "https://secret.example/there";

cases!("passwords":
    a_locked_link_asks_and_tells_nothing,
    the_right_password_leads_back_to_the_link_and_then_on,
    a_wrong_password_is_told_and_leads_nowhere,
    a_cookie_opens_its_link_alone,
    a_new_password_shuts_what_the_old_one_opened,
    a_form_of_another_site_is_refused,
    nobody_tries_for_long,
    a_known_device_has_its_own_tries,
    without_its_store_nothing_is_opened,
    what_is_posted_to_a_link_without_a_question_is_left_there,
);

fn locked(hop: &Deployment, alias: &str, domain: &str) {
    let made = json!({"alias": alias, "domain": domain, "target": SECRET, "password": PASSWORD, "redirect_status": 307});
    create(hop, &made).expect(201);
    eventually("the link can be read", || {
        let shown = hop.send(&Call::get(format!("{}?domain={domain}", address(alias))).admin());
        (shown.status == 200).then_some(())
    });
}

fn post(alias: &str, form: &str) -> Call {
    Call::new("POST", format!("/{alias}")).header("Content-Type", "application/x-www-form-urlencoded").body(form)
}

/// The cookie that opens a link, and whatever else is said of it.
fn cookie(answer: &Answer) -> (String, Vec<String>) {
    let header = answer.header("set-cookie").expect("a cookie");
    let mut parts = header.split("; ").map(str::to_owned);
    (parts.next().unwrap(), parts.collect())
}

#[track_caller]
fn assert_tells_nothing(answer: &Answer) {
    assert!(!answer.tells("secret.example") && answer.header("location").is_none(), "{answer:?}");
}

fn a_locked_link_asks_and_tells_nothing(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("locked"));
    locked(hop, &alias, DOMAIN);
    let page = hop.send(&Call::get(format!("/{alias}")).header("Accept", BROWSER)).expect(200);
    assert!(page.text().contains("type=\"password\""), "{}", page.text());
    assert_eq!(page.header("referrer-policy").unwrap(), "same-origin", "so that the form says where it comes from");
    assert!(page.header("content-security-policy").unwrap().contains("form-action 'self' https: http:"));
    let told = hop.send(&Call::get(format!("/{alias}"))).expect(200);
    assert_eq!((&told.json()["needs"], &told.json()["target"]), (&json!("password"), &Value::Null));
    let preview = hop.send(&Call::get(format!("/{alias}+"))).expect(200);
    let head = hop.send(&Call::new("HEAD", format!("/{alias}"))).expect(200);
    for answer in [page, told, preview, head] {
        assert_tells_nothing(&answer);
        assert_eq!(answer.header("cache-control").unwrap(), "no-store");
    }
}

fn the_right_password_leads_back_to_the_link_and_then_on(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("unlocked"));
    locked(hop, &alias, DOMAIN);
    let opened = hop.send(&post(&format!("{alias}?a=%20b"), TYPED).header("Accept", BROWSER)).expect(303);
    assert_eq!(opened.header("location").unwrap(), format!("/{alias}?a=%20b"), "a password is never posted on");
    let (cookie, attributes) = cookie(&opened);
    assert!(cookie.starts_with("__Host-hop-lnk_"), "{cookie}");
    assert_eq!(attributes, ["Path=/", "Max-Age=7776000", "Secure", "HttpOnly", "SameSite=Lax"]);
    let parts = hop.send(&Call::get(format!("/{alias}")).header("Cookie", "a=b").header("Cookie", cookie.clone()).header("Cookie", "c=d"));
    assert_eq!(parts.status, 307, "a header may come in parts");
    let others = format!("a=b; {cookie}; c=d");
    let led = hop.send(&Call::get(format!("/{alias}")).header("Cookie", others)).expect(307);
    assert_eq!((led.header("location").unwrap().as_str(), led.header("cache-control").unwrap().as_str()), (SECRET, "private, no-store"));
    let preview = hop.send(&Call::get(format!("/{alias}+")).header("Cookie", cookie)).expect(200).json();
    assert_eq!(preview["target"], SECRET);
    // The other way to write an ö.
    hop.send(&post(&alias, "password=wo%CC%88rd+of+a+link")).expect(303);
}

fn a_wrong_password_is_told_and_leads_nowhere(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("guessed"));
    locked(hop, &alias, DOMAIN);
    let page = hop.send(&post(&alias, "password=wurd+of+a+link").header("Accept", BROWSER)).expect(403);
    assert!(page.text().contains("role=\"alert\""), "{}", page.text());
    let mut answers = vec![page];
    let asked = hop.send(&post(&alias, "").from(FRANCE)).expect(200);
    assert_eq!(asked.json()["needs"], "password", "nothing was typed that could be wrong");
    answers.push(asked);
    for form in ["password=", "password=wurd+of+a+link", "x=y&password=%ff", "password=x&password=w%C3%B6rd+of+a+link"] {
        let answer = hop.send(&post(&alias, form).from(FRANCE));
        answer.problem(403, "forbidden");
        answers.push(answer);
    }
    let large = hop.send(&post(&alias, &format!("password={}", "x".repeat(16_400))).from(FRANCE));
    large.problem(413, "too_large");
    for answer in answers.iter().chain([&large]) {
        assert_tells_nothing(answer);
        assert!(answer.header("set-cookie").is_none());
    }
}

fn a_cookie_opens_its_link_alone(world: &World) {
    let (hop, alias, other) = (world.hop(), world.alias("mine"), world.alias("theirs"));
    for (alias, domain) in [(&alias, DOMAIN), (&other, DOMAIN), (&alias, OTHER_DOMAIN)] {
        locked(hop, alias, domain);
    }
    let (pair, _) = cookie(&hop.send(&post(&alias, TYPED)).expect(303));
    let (name, value) = pair.split_once('=').unwrap();
    let mine = alias.clone();
    let opens = |alias: &str, host: &str, pair: &str| {
        let answer = hop.send(&Call::get(format!("/{alias}")).host(host).header("Cookie", pair));
        if answer.status == 200 {
            assert_tells_nothing(&answer);
        }
        answer.status == 307
    };
    assert!(opens(&alias, DOMAIN, &pair));
    for (alias, domain) in [(&other, DOMAIN), (&alias, OTHER_DOMAIN)] {
        let (theirs, _) = cookie(&hop.send(&post(alias, TYPED).host(domain)).expect(303));
        let (their_name, their_value) = theirs.split_once('=').unwrap();
        assert!(opens(alias, domain, &theirs));
        assert!(!opens(alias, domain, &pair), "another link's cookie");
        assert!(!opens(alias, domain, &format!("{their_name}={value}")), "another link's value");
        assert!(!opens(&mine, DOMAIN, &format!("{name}={their_value}")), "the other way round");
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

fn a_new_password_shuts_what_the_old_one_opened(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("changed-lock"));
    locked(hop, &alias, DOMAIN);
    let (cookie, _) = cookie(&hop.send(&post(&alias, TYPED)).expect(303));
    // The same password again is a new one: it is hashed anew.
    let patch = Call::new("PATCH", address(&alias)).admin().header("Content-Type", "application/json");
    hop.send(&patch.body(json!({"password": PASSWORD}).to_string())).expect(200);
    eventually("the new password is asked for", || {
        let answer = hop.send(&Call::get(format!("/{alias}")).header("Cookie", cookie.clone()));
        (answer.status == 200).then_some(())
    });
}

fn a_form_of_another_site_is_refused(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("foreign"));
    locked(hop, &alias, DOMAIN);
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
        assert_tells_nothing(&refused);
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

fn nobody_tries_for_long(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("stormed"));
    locked(hop, &alias, DOMAIN);
    // The windows of an hour begin at its quarters: one may end meanwhile, and then sixty more are let through.
    let tries = (0..125).map(|_| hop.send(&post(&alias, "password=wrong+and+long").from(GERMANY)));
    let answers: Vec<Answer> = tries.collect();
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!(refused.len() >= 5 && answers.iter().all(|answer| matches!(answer.status, 403 | 429)), "{}", refused.len());
    for answer in refused {
        answer.problem(429, "rate_limited");
        assert!((1..=900).contains(&answer.header("retry-after").unwrap().parse::<u32>().unwrap()));
    }
    let last = hop.send(&post(&alias, TYPED).from(GERMANY));
    assert!(matches!(last.status, 429 | 303), "not even the right one, until the quarter is over: {}", last.status);
    hop.send(&post(&alias, TYPED).from(NOWHERE)).expect(303);
}

/// The tries of a network are used up, and with them those of everybody in it but of a device that opened the link before.
fn a_known_device_has_its_own_tries(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("known-device"));
    locked(hop, &alias, DOMAIN);
    let (known, _) = cookie(&hop.send(&post(&alias, TYPED).from(GERMANY)).expect(303));
    for _ in 0..125 {
        hop.send(&post(&alias, "password=wrong+and+long").from(GERMANY));
    }
    hop.send(&post(&alias, TYPED).from(GERMANY)).problem(429, "rate_limited");
    let (name, value) = known.split_once('=').unwrap();
    let forged = format!("{name}={}", value.replacen(|letter: char| letter.is_ascii_digit(), "9", 1));
    assert_ne!(hop.send(&post(&alias, TYPED).from(GERMANY).header("Cookie", forged)).status, 303);
}

fn without_its_store_nothing_is_opened(world: &World) {
    let answer = world.without_store().send(&post("locked", TYPED));
    answer.problem(503, "store_unavailable");
}

fn what_is_posted_to_a_link_without_a_question_is_left_there(world: &World) {
    let (hop, alias) = (world.hop(), world.alias("open"));
    link(hop, &alias, SECRET);
    readable(hop, &alias, |link| link.is_some());
    let back = hop.send(&post(&alias, TYPED)).expect(303);
    assert_eq!(back.header("location").unwrap(), format!("/{alias}"));
    hop.send(&post("no-such-link", TYPED)).problem(404, "not_found");
}
