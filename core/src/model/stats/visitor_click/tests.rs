//! What a click becomes: short texts whatever the visitor sends, and coupons whose estimate has the documented error.
#![allow(clippy::arithmetic_side_effects, reason = "the numbers are small, and a test that overflows has failed")]

use super::*;
use crate::memory::Random;
use crate::model::stats::day_counts::{DayCounts, Detail};
use crate::model::stats::samples::MIDNIGHT;

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

impl VisitorClick {
    /// A click on the link with this id, which has a tag.
    pub(crate) fn example(link: &str, at: Timestamp) -> Self {
        let clicked = ClickedLink {
            id: LinkId::stored(link.to_owned()),
            domain: Domain::stored("hop.example".into()),
            alias: "docs".into(),
            tags: vec![Tag::stored("news".into())],
        };
        Self { link: Arc::new(clicked), ..Self::sample(1, "203.0.113.7", at.as_millis()) }
    }

    /// A click of a person with this address on the link with this number.
    pub(crate) fn sample(link: usize, address: &str, at: u64) -> Self {
        let alias = format!("alias{link}");
        let link = ClickedLink {
            id: LinkId::stored(format!("lnk_{link}")),
            domain: Domain::stored("hop.example".into()),
            alias,
            tags: Vec::new(),
        };
        let visitor = Visitor {
            referrer: b"https://www.news.example/today".to_vec(),
            languages: b"de-AT,en;q=0.5".to_vec(),
            address: address.parse().ok(),
            country: Country::of("DE"),
            region: Some("Bayern".into()),
            city: Some("N\u{fc}rnberg".into()),
        };
        Self {
            link: Arc::new(link),
            rule: None,
            at: Timestamp::from_millis(at),
            agent: AGENT.into(),
            is_prefetch: false,
            is_https: true,
            has_sec_fetch: true,
            has_accept_language: true,
            operator: None,
            visitor: Some(visitor),
        }
    }

    fn with(mut self, change: impl Fn(&mut Visitor)) -> ClickEvent {
        self.visitor.iter_mut().for_each(change);
        self.into_event(None)
    }
}

fn click() -> VisitorClick {
    VisitorClick::sample(1, "192.0.2.7", MIDNIGHT)
}

#[test]
fn event_has_the_properties_of_the_visitor() {
    let event = VisitorClick { rule: Some(("de".into(), true)), ..click() }.into_event(Some(&[1; 32]));
    for (dimension, value) in [
        (Dimension::Country, Some("DE")),
        (Dimension::Region, Some("Bayern")),
        (Dimension::City, Some("N\u{fc}rnberg")),
        (Dimension::Referrer, Some("news.example")),
        (Dimension::Browser, Some("firefox")),
        (Dimension::Os, Some("linux")),
        (Dimension::Device, Some("desktop")),
        (Dimension::Language, Some("de")),
        (Dimension::Rule, Some("de")),
        (Dimension::Variant, Some("de")),
        (Dimension::Reason, None),
        (Dimension::Link, None),
    ] {
        assert_eq!(event.value(dimension), value, "{dimension:?}");
    }
    assert!(event.kind == AgentKind::Human && event.coupon.is_some());
}

#[test]
fn visitor_who_asks_not_to_be_tracked_has_no_properties() {
    let event = VisitorClick { visitor: None, rule: Some(("de".into(), true)), ..click() }.into_event(Some(&[1; 32]));
    assert_eq!((event.kind, event.values, event.coupon), (AgentKind::Human, Vec::new(), None));
}

#[test]
fn long_and_strange_texts_are_left_out() {
    for text in ["a".repeat(65), "\u{fc}".repeat(33), "a\nb".into(), "a\"b".into(), "a\\b".into(), "\u{0}".into(), String::new()] {
        let event = click().with(|visitor| (visitor.region, visitor.city) = (Some(text.clone()), Some(text.clone())));
        assert_eq!((event.value(Dimension::Region), event.value(Dimension::City)), (None, None), "{text:?}");
    }
    let longest = "\u{fc}".repeat(32);
    let event = click().with(|visitor| visitor.city = Some(longest.clone()));
    assert_eq!(event.value(Dimension::City), Some(&*longest));
}

#[test]
fn referrer_becomes_its_host() {
    let long = format!("https://news.example/{}", "a".repeat(8_000));
    let cut = format!("https://news.example/{}\u{fc}", "a".repeat(2_026));
    let (long_host, quotes) = (format!("https://{}.example/", "a".repeat(60)), format!("https://{}/", "\"".repeat(60)));
    for (referrer, host) in [
        (&b"https://WWW.News.example:8443/a?b#c"[..], Some("news.example")),
        (long.as_bytes(), Some("news.example")),
        (&cut.as_bytes()[..REFERRER_BYTES], Some("news.example")),
        (b"https://news.example/\xff", Some("news.example")),
        (b"android-app://com.example.app/", Some("com.example.app")),
        (b"https://[2001:db8::1]/", Some("[2001:db8::1]")),
        (b"", None),
        (b"\xff", None),
        (b"news.example", None),
        (b"data:text/plain,x", None),
        (long_host.as_bytes(), None),
        (quotes.as_bytes(), None),
    ] {
        let event = click().with(|visitor| visitor.referrer = referrer.to_vec());
        assert_eq!(event.value(Dimension::Referrer), host, "{}", String::from_utf8_lossy(referrer));
    }
}

#[test]
fn invented_languages_are_few() {
    let of = |text: &str| click().with(|visitor| visitor.languages = text.into()).value(Dimension::Language).map(str::to_owned);
    assert_eq!((of("fil-PH"), of("yue"), of("FR")), (Some("fil".into()), Some("yue".into()), Some("fr".into())));
    assert_eq!((of("xyz"), of("aaa,bbb"), of("*"), of("\u{fc}\u{fc}")), (None, None, None, None));
}

#[test]
fn one_network_of_ipv6_is_one_visitor() {
    let of = |address| VisitorClick::sample(1, address, MIDNIGHT).into_event(Some(&[1; 32])).coupon;
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
}

#[test]
fn only_people_with_a_salt_have_a_coupon() {
    let of = |agent: &str, salt| VisitorClick { agent: agent.into(), ..click() }.into_event(salt).coupon;
    assert!(of(AGENT, Some(&[1; 32])).is_some());
    assert_ne!(of(AGENT, Some(&[1; 32])), of(AGENT, Some(&[2; 32])));
    assert_eq!((of(AGENT, None), of("curl/8", Some(&[1; 32]))), (None, None));
}

/// The estimate of 10,000 visitors under a salt.
fn estimate(salt: u64) -> f64 {
    let mut key = [0; 32];
    Random::new(salt).fill(&mut key);
    let mut counts = DayCounts::default();
    let click = click();
    for visitor in 0..10_000_u32 {
        let mut click = click.clone();
        click.visitor.iter_mut().for_each(|properties| {
            *properties = Visitor {
                referrer: Vec::new(),
                languages: Vec::new(),
                address: Some(IpAddr::V4(visitor.into())),
                country: None,
                region: None,
                city: None,
            };
        });
        counts.add(&click.into_event(Some(&key)), Detail::Tag);
    }
    #[expect(clippy::cast_precision_loss, reason = "the number is small")]
    let estimate = counts.uniques.estimate() as f64;
    estimate
}

#[test]
fn unique_visitors_have_the_documented_error() {
    let squares = |salts: std::ops::Range<u64>| salts.map(|salt| (estimate(salt) / 10_000.0 - 1.0).powi(2)).sum::<f64>();
    let squares: f64 = std::thread::scope(|scope| {
        let parts = [0..25, 25..50, 50..75, 75..100].map(|salts| scope.spawn(move || squares(salts)));
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    });
    let error = (squares / 100.0).sqrt();
    assert!(error > 0.005 && error <= 0.025, "{error}");
}
