//! Privacy: addresses and agents of visitors are nowhere in what is stored, neither written in any usual way nor as
//! digests that could be computed with anything that is stored once the salt has expired.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderName, Method};

use super::world::run;
use crate::app::App;
use crate::memory::{MemoryEdge, Random};
use crate::message::request::{Body, Head, Request};
use crate::model::digest::keyed_by;
use crate::model::stats::{Coupon, Day};
use crate::model::visit::ClientInfo;
use crate::store::Key;
use crate::store::ledger::Salt;
use crate::store::ports::Edge as _;
use crate::store::segments::KeptEvent;

const ADMIN_KEY: &str = "a-key-that-only-these-tests-know";

#[derive(Clone)]
struct Visitor {
    address: IpAddr,
    agent: String,
    media_type: &'static str,
}

impl ClientInfo for Visitor {
    fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
        let value = match name {
            name if *name == USER_AGENT => self.agent.clone(),
            name if *name == AUTHORIZATION => format!("Bearer {ADMIN_KEY}"),
            name if name.as_str() == "sec-fetch-mode" => "navigate".into(),
            name if *name == CONTENT_TYPE => self.media_type.into(),
            _ => return None,
        };
        Some(Cow::Owned(value.into_bytes()))
    }

    fn address(&self) -> Option<IpAddr> {
        Some(self.address)
    }

    fn country(&self) -> Option<String> {
        Some("DE".into())
    }
}

fn visitors() -> Vec<Visitor> {
    let mut random = Random::new(11);
    let mut visitor = |number: u32| {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        let [first, second, third, fourth, ..] = bytes;
        let address =
            if number.is_multiple_of(2) { Ipv4Addr::from([first, second, third, fourth]).into() } else { Ipv6Addr::from(bytes).into() };
        let agent = format!("Mozilla/5.0 (X11; Linux x86_64; Dial{:x}) Gecko/20100101 Firefox/140.0", random.next_u64());
        Visitor { address, agent, media_type: "" }
    };
    (0..40).map(&mut visitor).collect()
}

fn send(app: &App, edge: &MemoryEdge, method: &Method, path: &str, client: &Visitor, body: &str) -> u16 {
    let url = format!("https://hop.example{path}");
    let head = Head::new(method, &url);
    let (response, work) = run(app.handle(edge, Request { head, client, body: Body::Whole(body.into()) }));
    run(app.finish(edge, work));
    response.status.as_u16()
}

/// A deployment, and what left it.
struct Deployment {
    edge: MemoryEdge,
    settings: &'static [(&'static str, &'static str)],
    /// The lines of the log endpoint.
    lines: RefCell<String>,
}

/// With a ledger, without one, and without one but with a log endpoint.
fn deployments() -> [Deployment; 3] {
    let without_ledger = || MemoryEdge::new(1).without_ledger();
    [(MemoryEdge::new(1), &[][..]), (without_ledger(), &[]), (without_ledger(), &[("HOP_CLICK_LOG", "clicks")])]
        .map(|(edge, settings)| Deployment { edge, settings, lines: RefCell::default() })
}

/// Counts clicks of all visitors, of which half are folded. Returns the salt of the day.
fn click(deployment: &Deployment) -> [u8; 32] {
    let edge = &deployment.edge;
    let settings =
        [("HOP_DOMAINS", "https://hop.example"), ("HOP_ADMIN_KEY", ADMIN_KEY), ("HOP_PEPPER", "a-pepper-that-only-these-tests-know")];
    let read =
        |name: &str| settings.iter().chain(deployment.settings).find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let app = App::new(read, read);
    let owner = Visitor { address: Ipv4Addr::LOCALHOST.into(), agent: "curl/8".into(), media_type: "application/json" };
    let fold = || {
        let lines: String = edge.take_click_lines().into_iter().map(|(_, line)| line + "\n").collect();
        if !lines.is_empty() {
            let sender = Visitor { media_type: "application/x-ndjson", ..owner.clone() };
            assert_eq!(send(&app, edge, &Method::POST, "/api/v1/ingest", &sender, &lines), 200);
            deployment.lines.borrow_mut().push_str(&lines);
        }
        run(edge.ledger.ring_alarms(|bytes| edge.random(bytes)));
        assert_eq!(send(&app, edge, &Method::POST, "/api/v1/maintenance", &owner, ""), 200);
    };
    let visitors = visitors();
    let create = r#"{"alias":"docs","target":"https://target.example/"}"#;
    assert_eq!(send(&app, edge, &Method::POST, "/api/v1/links", &owner, create), 201);
    send(&app, edge, &Method::GET, "/docs", &owner, "");
    fold();
    edge.wait_seconds(3_600 + 600);
    for (number, visitor) in visitors.iter().enumerate() {
        assert_eq!(send(&app, edge, &Method::GET, "/docs", visitor, ""), 302);
        send(&app, edge, &Method::GET, "/nothing", visitor, "");
        if number == 20 {
            edge.wait_seconds(1_800);
            fold();
        }
    }
    if !deployment.settings.is_empty() {
        fold();
        assert_eq!(deployment.lines.borrow().lines().count(), 81, "clicks and failed visits");
    }
    let in_ledger = run(crate::store::ports::Ledger::salt(&edge.ledger, "salt/2026-11-21")).unwrap();
    let in_record = edge.records.peek(&Key::salt(Day::of(edge.now()))).map(|record| record.value);
    Salt::decode(&in_ledger.or(in_record).unwrap()).unwrap().bytes
}

/// Waits until the salt has expired.
fn expire_salts(edge: &MemoryEdge) {
    edge.ledger.lose_salts();
    edge.wait_seconds(3 * 24 * 3_600);
    assert!(!stored_keys(edge).iter().any(|key| key.as_str().starts_with("salt/")));
}

/// The keys of all records that have not expired.
fn stored_keys(edge: &MemoryEdge) -> Vec<Key> {
    edge.records.keys().into_iter().filter(|key| edge.records.expiry(key).is_none_or(|expiry| expiry > edge.now())).collect()
}

/// Everything that is stored, logged or sent away, as text.
fn dump(deployment: &Deployment) -> String {
    let edge = &deployment.edge;
    let mut texts = edge.take_log();
    texts.push(deployment.lines.borrow().clone());
    for (shard, key, row) in edge.ledger.rows() {
        texts.extend([shard, key, row.summary, row.body]);
    }
    for key in stored_keys(edge) {
        let record = edge.records.peek(&key).unwrap();
        texts.extend([key.as_str().to_owned(), String::from_utf8(record.value).unwrap(), record.guard.0]);
    }
    for key in edge.link_cache.keys() {
        texts.extend([key.as_str().to_owned(), edge.link_cache.peek(&key).unwrap()]);
    }
    texts.join("\n")
}

/// The ways of writing `bytes`: as they are, in hex, and in base64 at each of the three alignments.
fn spellings(bytes: &[u8]) -> Vec<String> {
    let mut spellings: Vec<String> = str::from_utf8(bytes).map(str::to_owned).into_iter().collect();
    spellings.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    for alignment in 0..3 {
        let shifted = [&[0; 3][..alignment], bytes].concat();
        for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
            // Only the characters that do not depend on the neighbours.
            let (first, last) = ((alignment * 8).div_ceil(6), shifted.len() * 8 / 6);
            spellings.push(engine.encode(&shifted)[first..last].to_owned());
        }
    }
    spellings.retain(|spelling| spelling.len() >= 5);
    spellings
}

fn spellings_of(visitor: &Visitor) -> Vec<String> {
    let octets = match visitor.address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    };
    let address = visitor.address.to_string();
    [octets.as_slice(), address.as_bytes(), visitor.agent.as_bytes()].into_iter().flat_map(spellings).collect()
}

fn is_found(dump: &str, spelling: &str) -> bool {
    dump.contains(spelling)
        || dump.to_ascii_lowercase().contains(&spelling.to_ascii_lowercase()) && spelling.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[test]
fn search_finds_every_spelling() {
    let visitor = &visitors()[1];
    let text = visitor.agent.as_bytes();
    for alignment in 0..3 {
        let stored = [&b"abc"[..alignment], text, b"xyz"].concat();
        for stored in [BASE64_STANDARD_NO_PAD.encode(&stored), BASE64_URL_SAFE_NO_PAD.encode(&stored)] {
            assert!(spellings_of(visitor).iter().any(|spelling| is_found(&stored, spelling)), "{alignment}");
        }
    }
    let hex: String = text.iter().map(|byte| format!("{byte:02X}")).collect();
    for stored in [hex, format!("<{}>", visitor.agent), visitor.address.to_string()] {
        assert!(spellings_of(visitor).iter().any(|spelling| is_found(&stored, spelling)), "{stored}");
    }
}

#[test]
fn addresses_and_agents_are_not_stored() {
    for deployment in deployments() {
        click(&deployment);
        let dump = dump(&deployment);
        assert!(stored_coupons(&deployment.edge, &dump).len() > 30 && dump.contains("target.example"));
        for visitor in visitors() {
            for spelling in spellings_of(&visitor) {
                assert!(!is_found(&dump, &spelling), "{spelling}");
            }
        }
    }
}

fn coupon(key: &[u8; 32], visitor: &Visitor) -> String {
    let address = match visitor.address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => [&[0; 8], &address.octets()[..8]].concat(),
    };
    Coupon::from_digest(keyed_by(key, "visitor", &[&address, visitor.agent.as_bytes()]).number()).to_text()
}

/// The stored coupons: those in journals and keys, and those in the sketches of documents.
fn stored_coupons(edge: &MemoryEdge, dump: &str) -> BTreeSet<String> {
    let in_keys = stored_keys(edge).into_iter().filter_map(|key| KeptEvent::decode(&key).ok()?.event.coupon);
    let texts = |member: &str| dump.split(member).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>();
    let in_sketches = texts("\"uniques\":\"")
        .into_iter()
        .flat_map(|text| text.as_bytes().chunks(3).map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>());
    texts("\"coupon\":\"").into_iter().chain(in_sketches).chain(in_keys.map(Coupon::to_text)).collect()
}

/// The byte strings of 16 bytes or more in `dump`, raw and decoded, as keys.
fn keys(dump: &str) -> BTreeSet<[u8; 32]> {
    let mut keys = BTreeSet::new();
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '+');
    for word in dump.split(|letter| !is_word(letter)).filter(|word| word.len() >= 16) {
        let hex: Option<Vec<u8>> = word.as_bytes().chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect();
        let decoded = [BASE64_URL_SAFE_NO_PAD.decode(word).ok(), BASE64_STANDARD_NO_PAD.decode(word).ok(), hex, Some(word.into())];
        for bytes in decoded.into_iter().flatten().filter(|bytes| bytes.len() >= 16) {
            for window in bytes.windows(32.min(bytes.len())) {
                let mut key = [0; 32];
                key[..window.len()].copy_from_slice(window);
                keys.insert(key);
            }
        }
    }
    keys
}

#[test]
fn coupons_cannot_be_computed_after_the_salt_expired() {
    for deployment in deployments() {
        let salt = click(&deployment);
        let coupons = stored_coupons(&deployment.edge, &dump(&deployment));
        expire_salts(&deployment.edge);
        let dump = dump(&deployment);
        let visitors: Vec<_> = visitors().into_iter().take(10).collect();
        let hits = |key| visitors.iter().filter(|visitor| coupons.contains(&coupon(key, visitor))).count();
        assert!(hits(&salt) >= 9, "with the salt, brute force works");
        let keys = keys(&dump);
        assert!(keys.len() > 20, "{}", keys.len());
        for key in &keys {
            let hits = hits(key);
            // By chance one visitor hits one of 40 coupons once in 300 tries.
            assert!(hits <= 3, "{hits} of 10 visitors have a stored coupon under {key:?}");
        }
    }
}
