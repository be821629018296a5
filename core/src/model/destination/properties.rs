//! Laws for every template and every visitor, tried with thousands of both.

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
    fn draw(random: &mut Random) -> Self {
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

    fn lead(&self) -> Result<String, Escapes> {
        let destination = Destination::compile(&Target::stored(self.target()), self.forward_query, self.forward_path).unwrap();
        let rest: Vec<Cow<'_, str>> = self.rest.iter().map(|segment| Cow::Borrowed(segment.as_str())).collect();
        destination.lead(Timestamp::from_millis(0), &rest, &self.visitors).map(|location| location.to_str().unwrap().to_owned())
    }

    /// What the owner wrote of the path before anything is filled in or appended, as browsers read it.
    fn prefix(&self) -> String {
        let starts = PLACEHOLDERS.iter().filter_map(|placeholder| self.path.find(placeholder));
        let (written, _) = self.path.split_at(starts.min().unwrap_or(self.path.len()));
        Url::parse(&[self.origin, written].concat()).unwrap().path().to_owned()
    }

    /// Whether the owner wrote dots into the path, or what could be some.
    fn owns_dots(&self) -> bool {
        PLACEHOLDERS.iter().fold(self.path.clone(), |path, placeholder| path.replace(placeholder, "")).contains(['.', '%'])
    }

    /// The names of parameters that a browser shall find.
    fn names(&self) -> Vec<String> {
        let (own, theirs) = (names(self.query.as_deref().unwrap_or_default()), names(&self.visitors));
        let but = |names: &[String], others: &[String]| names.iter().filter(|name| !others.contains(name)).cloned().collect();
        match self.forward_query {
            ForwardQuery::Off => own,
            ForwardQuery::TargetWins => [own.clone(), but(&theirs, &own)].concat(),
            ForwardQuery::VisitorWins => [but(&own, &theirs), theirs].concat(),
        }
    }
}

fn names(query: &str) -> Vec<String> {
    form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

fn one(random: &mut Random, of: &[&'static str]) -> &'static str {
    of[random.below(of.len())]
}

fn several<T>(random: &mut Random, most: usize, draw: impl Fn(&mut Random) -> T) -> Vec<T> {
    (0..random.below(most.saturating_add(1))).map(|_| draw(random)).collect()
}

/// Text with placeholders.
fn mixed(random: &mut Random, text: &[&'static str], most: usize) -> String {
    several(random, most, |random| if random.below(3) == 0 { one(random, &PLACEHOLDERS) } else { one(random, text) }).concat()
}

fn hostile(random: &mut Random) -> String {
    several(random, 3, |random| one(random, &HOSTILE)).concat()
}

#[test]
fn nothing_a_visitor_sends_leaves_its_place() {
    let mut random = Random::new(1);
    let (mut leads, mut escapes) = (0, 0);
    for _ in 0..40_000 {
        let case = Case::draw(&mut random);
        let target = case.target();
        if template::check(&target).is_err() {
            continue;
        }
        let Ok(location) = case.lead() else {
            escapes += 1;
            continue;
        };
        leads += 1;
        let told = format!("{target} {:?} {:?} {:?}: {location}", case.rest, case.visitors, case.forward_query);
        assert!(location.bytes().all(|byte| (0x21..0x7F).contains(&byte)), "{told}");
        let (url, owners) = (Url::parse(&location).unwrap(), Url::parse(case.origin).unwrap());
        assert_eq!((url.scheme(), url.host(), url.port()), (owners.scheme(), owners.host(), owners.port()), "{told}");
        assert!(url.username().is_empty() && url.password().is_none(), "{told}");
        assert!(url.path().starts_with(&case.prefix()), "{told}");
        assert_eq!(url.fragment().is_some(), case.fragment.is_some(), "{told}");
        assert_eq!(names(url.query().unwrap_or_default()), case.names(), "{told}");
        let parts = UrlParts::parse(&location);
        if !case.path.contains("{path}") && !case.path.contains("{path|") && !case.forward_path {
            assert_eq!(parts.path.matches('/').count(), case.path.matches('/').count(), "{told}");
        }
        if !case.owns_dots() {
            let decoded = percent_encoding::percent_decode_str(parts.path).decode_utf8().unwrap();
            let is_dots = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
            assert!(!decoded.split(['/', '\\']).any(is_dots), "{told}");
        }
    }
    assert!(leads > 10_000 && escapes > 1_000, "{leads} lead somewhere, {escapes} nowhere");
}
