//! Property tests: invariants of redirects, checked with thousands of random templates and visitors.

use url::Url;

use super::*;
use crate::memory::Random;

const ORIGINS: [&str; 4] = ["https://example.com", "HTTPS://Example.COM:443", "http://[2001:db8::1]:8080", "https://a.example:1"];
const PLACEHOLDERS: [&str; 9] =
    ["{path}", "{path.0}", "{path.1}", "{path.0|x}", "{query.a}", "{query.b|y.}", "{query.%63}", "{date}", "{path|z}"];
const IN_PATH: [&str; 12] = ["/", "/", "a", "b/", "//", ".", "..", "%2e", "%2F", ";", "{x}", "@"];
const IN_VALUES: [&str; 8] = ["v", "?", "/..", "%26", "%zz", "{x}", "=", "+"];
const NAMES: [&str; 6] = ["a", "b", "%61", "c+d", "c%20d", "A"];
const HOSTILE: [&str; 30] = [
    "",
    ".",
    "..",
    "/",
    "//",
    "\\",
    "\\\\",
    "@",
    ":",
    "evil.example",
    "%2e",
    "%2E%2e",
    "%2F",
    "%5c",
    "..;",
    ";",
    "#",
    "?",
    "&",
    "=",
    "&x=1",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "。",
    "．",
    "%",
    "é",
    "a",
];

struct Case {
    origin: &'static str,
    path: String,
    query: Option<String>,
    fragment: Option<String>,
    forward_query: ForwardQuery,
    forward_path: bool,
    rest: Vec<String>,
    visitors: String,
}

impl Case {
    fn random(random: &mut Random) -> Self {
        let path = match random.below(8) {
            0 => String::new(),
            _ => "/".to_owned() + &mixed(random, &IN_PATH, 7),
        };
        let parameter = |random: &mut Random| one(random, &NAMES).to_owned() + "=" + &mixed(random, &IN_VALUES, 3);
        let query = (random.below(2) == 0).then(|| several(random, 3, parameter).join("&"));
        let fragment = (random.below(3) == 0).then(|| mixed(random, &IN_VALUES, 3));
        let parameter = |random: &mut Random| {
            let name = if random.below(4) == 0 { hostile(random) } else { one(random, &NAMES).to_owned() };
            let value = hostile(random);
            let value = if random.below(2) == 0 { value } else { form_urlencoded::byte_serialize(value.as_bytes()).collect() };
            format!("{name}={value}")
        };
        Self {
            origin: one(random, &ORIGINS),
            path,
            query,
            fragment,
            forward_query: [ForwardQuery::Off, ForwardQuery::TargetWins, ForwardQuery::VisitorWins][random.below(3)],
            forward_path: random.below(3) == 0,
            rest: several(random, 4, hostile),
            visitors: several(random, 4, parameter).join("&"),
        }
    }

    fn target(&self) -> String {
        let [query, fragment] =
            [("?", &self.query), ("#", &self.fragment)].map(|(mark, part)| part.as_ref().map(|part| mark.to_owned() + part));
        [self.origin, &self.path, &query.unwrap_or_default(), &fragment.unwrap_or_default()].concat()
    }

    fn location(&self) -> Result<String, UnsafeLocation> {
        let destination = Destination::compile(&Target::stored(self.target()), self.forward_query, self.forward_path).unwrap();
        let rest: Vec<Cow<'_, str>> = self.rest.iter().map(|segment| Cow::Borrowed(segment.as_str())).collect();
        destination.location(Timestamp::from_millis(0), &rest, &self.visitors).map(|location| location.to_str().unwrap().to_owned())
    }

    /// The owner's path before the first placeholder, as browsers read it.
    fn prefix(&self) -> String {
        let starts = PLACEHOLDERS.iter().filter_map(|placeholder| self.path.find(placeholder));
        let (literal, _) = self.path.split_at(starts.min().unwrap_or(self.path.len()));
        Url::parse(&[self.origin, literal].concat()).unwrap().path().to_owned()
    }

    /// Whether the owner's path has dots or encoded characters, which may be dots.
    fn has_own_dots(&self) -> bool {
        PLACEHOLDERS.iter().fold(self.path.clone(), |path, placeholder| path.replace(placeholder, "")).contains(['.', '%'])
    }

    /// The expected parameter names of the location.
    fn names(&self) -> Vec<String> {
        let (own, theirs) = (names(self.query.as_deref().unwrap_or_default()), names(&self.visitors));
        let without = |names: &[String], others: &[String]| names.iter().filter(|name| !others.contains(name)).cloned().collect();
        match self.forward_query {
            ForwardQuery::Off => own,
            ForwardQuery::TargetWins => [own.clone(), without(&theirs, &own)].concat(),
            ForwardQuery::VisitorWins => [without(&own, &theirs), theirs].concat(),
        }
    }
}

fn names(query: &str) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn one(random: &mut Random, of: &[&'static str]) -> &'static str {
    of[random.below(of.len())]
}

fn several<T>(random: &mut Random, max: usize, make: impl Fn(&mut Random) -> T) -> Vec<T> {
    (0..random.below(max.saturating_add(1))).map(|_| make(random)).collect()
}

/// Random text with placeholders.
fn mixed(random: &mut Random, text: &[&'static str], max: usize) -> String {
    several(random, max, |random| if random.below(3) == 0 { one(random, &PLACEHOLDERS) } else { one(random, text) }).concat()
}

fn hostile(random: &mut Random) -> String {
    several(random, 3, |random| one(random, &HOSTILE)).concat()
}

#[test]
fn visitor_values_never_escape_their_url_part() {
    let mut random = Random::new(1);
    let (mut redirects, mut refused) = (0, 0);
    for _ in 0..40_000 {
        let case = Case::random(&mut random);
        let target = case.target();
        if template::check(&target).is_err() {
            continue;
        }
        let Ok(location) = case.location() else {
            refused += 1;
            continue;
        };
        redirects += 1;
        let context = format!("{target} {:?} {:?} {:?}: {location}", case.rest, case.visitors, case.forward_query);
        assert!(location.bytes().all(|byte| (0x21..0x7F).contains(&byte)), "{context}");
        let (url, owners) = (Url::parse(&location).unwrap(), Url::parse(case.origin).unwrap());
        assert_eq!((url.scheme(), url.host(), url.port()), (owners.scheme(), owners.host(), owners.port()), "{context}");
        assert!(url.username().is_empty() && url.password().is_none(), "{context}");
        assert!(url.path().starts_with(&case.prefix()), "{context}");
        assert_eq!(url.fragment().is_some(), case.fragment.is_some(), "{context}");
        assert_eq!(names(url.query().unwrap_or_default()), case.names(), "{context}");
        let parts = UrlParts::parse(&location);
        if !case.path.contains("{path}") && !case.path.contains("{path|") && !case.forward_path {
            assert_eq!(parts.path.matches('/').count(), case.path.matches('/').count(), "{context}");
        }
        if !case.has_own_dots() {
            let decoded = percent_encoding::percent_decode_str(parts.path).decode_utf8().unwrap();
            let is_dots = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
            assert!(!decoded.split(['/', '\\']).any(is_dots), "{context}");
        }
    }
    assert!(redirects > 10_000 && refused > 1_000, "{redirects} redirects, {refused} refused");
}
