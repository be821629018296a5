//! Routes. Nothing else in hop reads a path: what is allowed and what is done follows from the value made here.
//!
//! Dot segments are removed first, `%2e` forms included, and `\` counts as `/`, as the URL standard has it, so that every edge sees
//! the same route however much its platform tidied the address before. Each segment is decoded once, after it was split off.

use std::borrow::Cow;

use http::Method;
use percent_encoding::percent_decode_str;

use crate::message::request::{BODY_LIMIT, BULK_LIMIT, FORM_LIMIT};
use crate::model::alias::RESERVED;

/// What a path asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route<'a> {
    /// `/`
    Home,
    /// `/health`
    Health,
    /// `/ready`
    Ready,
    /// `/capabilities`
    Capabilities,
    /// `/openapi.json`
    OpenApi,
    /// `/robots.txt`
    Robots,
    /// `/favicon.ico`
    Favicon,
    /// `/problems/{code}`
    Problem(Cow<'a, str>),
    /// `/shorten`
    Shorten,
    /// `/api/v1/links`
    Links,
    /// `/api/v1/links/{alias}`
    Link(Cow<'a, str>),
    /// `/api/v1/links/{alias}/restore`
    Restore(Cow<'a, str>),
    /// `/api/v1/links/{alias}/history`
    History(Cow<'a, str>),
    /// `/api/v1/links/{alias}/explain`
    Explain(Cow<'a, str>),
    /// `/api/v1/links/{alias}/qr`
    Qr(Cow<'a, str>),
    /// `/api/v1/batch`
    Batch,
    /// `/api/v1/import`
    Import,
    /// `/api/v1/export`
    Export,
    /// `/api/v1/aliases/{alias}`
    Alias(Cow<'a, str>),
    /// `/api/v1/tags`
    Tags,
    /// `/api/v1/tags/{tag}`
    Tag(Cow<'a, str>),
    /// `/api/v1/domains`
    Domains,
    /// `/api/v1/domains/{domain}`
    Domain(Cow<'a, str>),
    /// `/api/v1/me`
    Me,
    /// `/api/v1/users`
    Users,
    /// `/api/v1/users/{user}`
    User(Cow<'a, str>),
    /// `/api/v1/users/{user}/invite`
    Invite(Cow<'a, str>),
    /// `/api/v1/keys`
    Keys,
    /// `/api/v1/keys/{key}`
    Key(Cow<'a, str>),
    /// `/api/v1/audit`
    Audit,
    /// `/metrics`
    Metrics,
    /// `/{alias}`, and `/{alias}/{rest}` with the segments of the rest
    Follow(Cow<'a, str>, Vec<Cow<'a, str>>),
    /// `/{alias}+`
    Preview(Cow<'a, str>),
    /// Nothing hop knows.
    Unknown,
}

/// One method of one route, and every status it answers with beside those any request can get: 404 `unknown_host`, 405, 500, and 503
/// for a deployment that is not set up.
#[derive(Clone, Copy, Debug)]
pub struct Documented {
    /// The route, as [`Route::pattern`] writes it.
    pub pattern: &'static str,
    /// The method.
    pub method: &'static str,
    /// The statuses.
    pub statuses: &'static [u16],
}

const fn row(pattern: &'static str, method: &'static str, statuses: &'static [u16]) -> Documented {
    Documented { pattern, method, statuses }
}

/// Every route with what it answers. `HEAD` answers like `GET`.
pub const DOCUMENTED: &[Documented] = &[
    row("/", "GET", &[200, 302, 503]),
    row("/health", "GET", &[200]),
    row("/ready", "GET", &[200, 503]),
    row("/capabilities", "GET", &[200]),
    row("/openapi.json", "GET", &[200, 503]),
    row("/robots.txt", "GET", &[200]),
    row("/favicon.ico", "GET", &[204]),
    row("/problems/{code}", "GET", &[200, 404]),
    row("/shorten", "POST", &[201, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/links", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/links", "POST", &[200, 201, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/links/{alias}", "GET", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/links/{alias}", "PATCH", &[200, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 503]),
    row("/api/v1/links/{alias}", "DELETE", &[204, 401, 403, 404, 412, 422, 503]),
    row("/api/v1/links/{alias}/restore", "POST", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/links/{alias}/history", "GET", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/links/{alias}/explain", "POST", &[200, 400, 401, 403, 404, 413, 415, 422, 503]),
    row("/api/v1/links/{alias}/qr", "GET", &[200, 401, 403, 404, 410, 422, 503]),
    row("/api/v1/batch", "POST", &[200, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/import", "POST", &[200, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/export", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/aliases/{alias}", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/tags", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/tags/{tag}", "PATCH", &[200, 400, 401, 403, 404, 413, 415, 422, 503]),
    row("/api/v1/tags/{tag}", "DELETE", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/domains", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/domains", "POST", &[201, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/domains/{domain}", "GET", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/domains/{domain}", "PATCH", &[200, 400, 401, 403, 404, 412, 413, 415, 422, 503]),
    row("/api/v1/domains/{domain}", "DELETE", &[204, 401, 403, 404, 409, 412, 422, 503]),
    row("/api/v1/me", "GET", &[200, 401, 422, 503]),
    row("/api/v1/users", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/users", "POST", &[201, 400, 401, 403, 409, 413, 415, 422, 503]),
    row("/api/v1/users/{user}", "GET", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/users/{user}", "PATCH", &[200, 400, 401, 403, 404, 409, 412, 413, 415, 422, 503]),
    row("/api/v1/users/{user}", "DELETE", &[204, 401, 403, 404, 409, 412, 422, 503]),
    row("/api/v1/users/{user}/invite", "POST", &[201, 401, 403, 404, 409, 422, 503]),
    row("/api/v1/keys", "GET", &[200, 401, 403, 422, 503]),
    row("/api/v1/keys", "POST", &[201, 400, 401, 403, 413, 415, 422, 503]),
    row("/api/v1/keys/{key}", "GET", &[200, 401, 403, 404, 422, 503]),
    row("/api/v1/keys/{key}", "DELETE", &[204, 401, 403, 404, 422, 503]),
    row("/api/v1/audit", "GET", &[200, 401, 403, 422, 503]),
    row("/metrics", "GET", &[200, 401, 403, 503]),
    row("/{alias}", "GET", &[200, 301, 302, 307, 308, 403, 404, 410, 503]),
    row("/{alias}", "POST", &[200, 303, 403, 404, 410, 413, 429, 503]),
    row("/{alias}+", "GET", &[200, 404, 410, 503]),
];

impl<'a> Route<'a> {
    /// The route of a path as it came.
    #[must_use]
    pub fn of(path: &'a str) -> Self {
        if let Some(word) = plain_segment(path) {
            return Self::single(Cow::Borrowed(word));
        }
        let raw = segments(path);
        let decoded: Option<Vec<Cow<'a, str>>> = raw.into_iter().map(|segment| percent_decode_str(segment).decode_utf8().ok()).collect();
        let Some(mut decoded) = decoded else {
            return Self::Unknown;
        };
        if decoded.len() > 1 && decoded.first().is_some_and(|first| !first.is_empty() && !RESERVED.contains(&first.as_ref())) {
            let alias = decoded.remove(0);
            return Self::Follow(alias, decoded);
        }
        let last = decoded.pop();
        let before: Vec<&str> = decoded.iter().map(AsRef::as_ref).collect();
        match (before.as_slice(), last) {
            ([], Some(word)) => Self::single(word),
            (["problems"], Some(code)) => Self::Problem(code),
            (["api", "v1"], Some(word)) => match word.as_ref() {
                "links" => Self::Links,
                "batch" => Self::Batch,
                "import" => Self::Import,
                "export" => Self::Export,
                "tags" => Self::Tags,
                "domains" => Self::Domains,
                "me" => Self::Me,
                "users" => Self::Users,
                "keys" => Self::Keys,
                "audit" => Self::Audit,
                _ => Self::Unknown,
            },
            (["api", "v1", "links"], Some(alias)) if !alias.is_empty() => Self::Link(alias),
            (["api", "v1", "aliases"], Some(alias)) if !alias.is_empty() => Self::Alias(alias),
            (["api", "v1", "tags"], Some(tag)) if !tag.is_empty() => Self::Tag(tag),
            (["api", "v1", "domains"], Some(domain)) if !domain.is_empty() => Self::Domain(domain),
            (["api", "v1", "users"], Some(user)) if !user.is_empty() => Self::User(user),
            (["api", "v1", "keys"], Some(key)) if !key.is_empty() => Self::Key(key),
            (["api", "v1", "users", _], Some(verb)) => match (verb.as_ref(), decoded.pop()) {
                ("invite", Some(user)) => Self::Invite(user),
                _ => Self::Unknown,
            },
            (["api", "v1", "links", _], Some(verb)) => match (verb.as_ref(), decoded.pop()) {
                ("restore", Some(alias)) => Self::Restore(alias),
                ("history", Some(alias)) => Self::History(alias),
                ("explain", Some(alias)) => Self::Explain(alias),
                ("qr", Some(alias)) => Self::Qr(alias),
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    fn single(word: Cow<'a, str>) -> Self {
        match word.as_ref() {
            "" => Self::Home,
            "health" => Self::Health,
            "ready" => Self::Ready,
            "capabilities" => Self::Capabilities,
            "metrics" => Self::Metrics,
            "openapi.json" => Self::OpenApi,
            "robots.txt" => Self::Robots,
            "favicon.ico" => Self::Favicon,
            "shorten" => Self::Shorten,
            text => match text.strip_suffix('+') {
                Some(alias) => Self::Preview(alias.to_owned().into()),
                None => Self::Follow(word, Vec::new()),
            },
        }
    }

    /// The route with names in place of what varies.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        match self {
            Self::Home => "/",
            Self::Health => "/health",
            Self::Ready => "/ready",
            Self::Capabilities => "/capabilities",
            Self::OpenApi => "/openapi.json",
            Self::Robots => "/robots.txt",
            Self::Favicon => "/favicon.ico",
            Self::Problem(_) => "/problems/{code}",
            Self::Shorten => "/shorten",
            Self::Links => "/api/v1/links",
            Self::Link(_) => "/api/v1/links/{alias}",
            Self::Restore(_) => "/api/v1/links/{alias}/restore",
            Self::History(_) => "/api/v1/links/{alias}/history",
            Self::Explain(_) => "/api/v1/links/{alias}/explain",
            Self::Qr(_) => "/api/v1/links/{alias}/qr",
            Self::Batch => "/api/v1/batch",
            Self::Import => "/api/v1/import",
            Self::Export => "/api/v1/export",
            Self::Alias(_) => "/api/v1/aliases/{alias}",
            Self::Tags => "/api/v1/tags",
            Self::Tag(_) => "/api/v1/tags/{tag}",
            Self::Domains => "/api/v1/domains",
            Self::Domain(_) => "/api/v1/domains/{domain}",
            Self::Me => "/api/v1/me",
            Self::Users => "/api/v1/users",
            Self::User(_) => "/api/v1/users/{user}",
            Self::Invite(_) => "/api/v1/users/{user}/invite",
            Self::Keys => "/api/v1/keys",
            Self::Key(_) => "/api/v1/keys/{key}",
            Self::Audit => "/api/v1/audit",
            Self::Metrics => "/metrics",
            Self::Follow(..) => "/{alias}",
            Self::Preview(_) => "/{alias}+",
            Self::Unknown => "unknown",
        }
    }

    /// The header `Allow` of this route; nothing where there is nothing.
    pub(crate) fn allow(&self) -> Option<&'static str> {
        match self {
            Self::Shorten | Self::Restore(_) | Self::Explain(_) | Self::Batch | Self::Import | Self::Invite(_) => Some("POST, OPTIONS"),
            Self::Links | Self::Domains | Self::Users | Self::Keys | Self::Follow(..) => Some("GET, HEAD, POST, OPTIONS"),
            Self::Link(_) | Self::Domain(_) | Self::User(_) => Some("GET, HEAD, PATCH, DELETE, OPTIONS"),
            Self::Key(_) => Some("GET, HEAD, DELETE, OPTIONS"),
            Self::Tag(_) => Some("PATCH, DELETE, OPTIONS"),
            Self::Unknown => None,
            _ => Some("GET, HEAD, OPTIONS"),
        }
    }

    /// Whether the route answers to `method`.
    pub(crate) fn allows(&self, method: &Method) -> bool {
        self.allow().is_some_and(|allow| allow.split(',').any(|allowed| allowed.trim_ascii_start() == method.as_str()))
    }

    /// How many bytes of body `method` may bring here, if any.
    pub(crate) fn body_limit(&self, method: &Method) -> Option<usize> {
        match self {
            Self::Shorten | Self::Links | Self::Explain(_) | Self::Domains | Self::Users | Self::Keys if method == Method::POST => {
                Some(BODY_LIMIT)
            }
            Self::Follow(..) if method == Method::POST => Some(FORM_LIMIT),
            Self::Batch | Self::Import if method == Method::POST => Some(BULK_LIMIT),
            Self::Link(_) | Self::Tag(_) | Self::Domain(_) | Self::User(_) if method == Method::PATCH => Some(BODY_LIMIT),
            _ => None,
        }
    }

    /// Whether it answers on every host: whoever watches over a deployment need not know its domains.
    pub(crate) fn is_on_every_host(&self) -> bool {
        matches!(self, Self::Health | Self::Ready)
    }

    /// Whether a link is asked for: it is looked for on every host.
    pub(crate) fn is_of_a_link(&self) -> bool {
        matches!(self, Self::Follow(..) | Self::Preview(_))
    }

    /// Whether programs come here, those of other sites' pages among them.
    pub(crate) fn is_for_programs(&self) -> bool {
        match self {
            Self::Shorten | Self::OpenApi | Self::Capabilities | Self::Metrics => true,
            Self::Links | Self::Link(_) | Self::Restore(_) | Self::History(_) | Self::Explain(_) | Self::Qr(_) => true,
            Self::Batch | Self::Import | Self::Export | Self::Alias(_) | Self::Tags | Self::Tag(_) => true,
            Self::Domains | Self::Domain(_) | Self::Me | Self::Users | Self::User(_) | Self::Invite(_) => true,
            Self::Keys | Self::Key(_) | Self::Audit => true,
            Self::Home | Self::Health | Self::Ready | Self::Robots | Self::Favicon | Self::Problem(_) => false,
            Self::Follow(..) | Self::Preview(_) | Self::Unknown => false,
        }
    }

    /// Whether people come here with a browser.
    pub(crate) fn is_for_people(&self) -> bool {
        matches!(self, Self::Home | Self::Problem(_) | Self::Follow(..) | Self::Preview(_) | Self::Unknown)
    }
}

/// The one segment of a path that is nothing but `/` and a word with nothing to decode or to remove, as nearly all are.
fn plain_segment(path: &str) -> Option<&str> {
    let word = path.strip_prefix('/')?;
    word.bytes().all(|byte| !matches!(byte, b'/' | b'\\' | b'%' | b'.')).then_some(word)
}

/// The segments of a path without its dot segments. A path that ends in one ends in `/`.
fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut segments = Vec::new();
    let mut rest = path.split(['/', '\\']).peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        match dots(segment) {
            Dots::None => segments.push(segment),
            Dots::One | Dots::Two => {
                if dots(segment) == Dots::Two {
                    segments.pop();
                }
                if is_last {
                    segments.push("");
                }
            }
        }
    }
    segments
}

#[derive(PartialEq)]
enum Dots {
    None,
    One,
    Two,
}

fn dots(segment: &str) -> Dots {
    let Some(b'.' | b'%') = segment.bytes().next() else {
        return Dots::None;
    };
    let is_one_of = |spellings: &[&str]| spellings.iter().any(|spelling| segment.eq_ignore_ascii_case(spelling));
    if is_one_of(&[".", "%2e"]) {
        Dots::One
    } else if is_one_of(&["..", ".%2e", "%2e.", "%2e%2e"]) {
        Dots::Two
    } else {
        Dots::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(alias: &str) -> Route<'_> {
        rest(alias, &[])
    }

    fn rest<'a>(alias: &'a str, rest: &[&'a str]) -> Route<'a> {
        Route::Follow(Cow::Borrowed(alias), rest.iter().copied().map(Cow::Borrowed).collect())
    }

    #[test]
    fn every_path_has_its_route() {
        for (path, route) in [
            ("/", Route::Home),
            ("", Route::Home),
            ("/health", Route::Health),
            ("/ready", Route::Ready),
            ("/capabilities", Route::Capabilities),
            ("/openapi.json", Route::OpenApi),
            ("/robots.txt", Route::Robots),
            ("/favicon.ico", Route::Favicon),
            ("/problems/not_found", Route::Problem("not_found".into())),
            ("/shorten", Route::Shorten),
            ("/api/v1/links", Route::Links),
            ("/api/v1/batch", Route::Batch),
            ("/api/v1/import", Route::Import),
            ("/api/v1/links/docs", Route::Link("docs".into())),
            ("/api/v1/links/%C3%A9", Route::Link("é".into())),
            ("/api/v1/links/docs/restore", Route::Restore("docs".into())),
            ("/api/v1/links/docs/history", Route::History("docs".into())),
            ("/api/v1/links/docs/explain", Route::Explain("docs".into())),
            ("/api/v1/links/docs/qr", Route::Qr("docs".into())),
            ("/api/v1/links/restore", Route::Link("restore".into())),
            ("/api/v1/links/restore/restore", Route::Restore("restore".into())),
            ("/api/v1/export", Route::Export),
            ("/api/v1/aliases/docs", Route::Alias("docs".into())),
            ("/api/v1/tags", Route::Tags),
            ("/api/v1/tags/a%2Fb", Route::Tag("a/b".into())),
            ("/api/v1/domains", Route::Domains),
            ("/api/v1/domains/%5B::1%5D", Route::Domain("[::1]".into())),
            ("/api/v1/me", Route::Me),
            ("/api/v1/users", Route::Users),
            ("/api/v1/users/usr_x", Route::User("usr_x".into())),
            ("/api/v1/users/usr_x/invite", Route::Invite("usr_x".into())),
            ("/api/v1/keys", Route::Keys),
            ("/api/v1/keys/x", Route::Key("x".into())),
            ("/api/v1/audit", Route::Audit),
            ("/metrics", Route::Metrics),
            ("/docs", follow("docs")),
            ("/%64ocs", follow("docs")),
            ("/%F0%9F%8E%89", follow("🎉")),
            ("/links", follow("links")),
            ("/docs+", Route::Preview("docs".into())),
            ("/docs%2B", Route::Preview("docs".into())),
            ("/docs++", Route::Preview("docs+".into())),
            ("/+", Route::Preview("".into())),
            ("/docs/", rest("docs", &[""])),
            ("/docs/x", rest("docs", &["x"])),
            ("/docs+/x", rest("docs+", &["x"])),
            ("/docs/a%2Fb//%C3%A9/", rest("docs", &["a/b", "", "é", ""])),
            ("/API/v1/links", rest("API", &["v1", "links"])),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn dot_segments_go_first_in_every_spelling() {
        for (path, route) in [
            ("/a/../docs", follow("docs")),
            ("/a/%2e%2E/docs", follow("docs")),
            ("/a/.%2e/docs", follow("docs")),
            ("/./docs", follow("docs")),
            ("/%2e/docs", follow("docs")),
            ("/../../docs", follow("docs")),
            ("/a\\..\\docs", follow("docs")),
            ("/docs/..", Route::Home),
            ("/..", Route::Home),
            ("/.", Route::Home),
            ("/a/b/..", rest("a", &[""])),
            ("/docs/x/../../api/v1/links", Route::Links),
            ("/docs/%2e%2e%2fadmin", rest("docs", &["../admin"])),
            ("/docs/%252e%252e", rest("docs", &["%2e%2e"])),
            ("/x/../api/v1/links", Route::Links),
            ("/api/v1/links/../links/docs", Route::Link("docs".into())),
            ("/...", follow("...")),
            ("/%2e%2e%2e", follow("...")),
            ("/.well-known", follow(".well-known")),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }

    #[test]
    fn near_misses_are_nothing() {
        for path in [
            "//docs",
            "//",
            "///",
            "/api",
            "/api/",
            "/api/v1",
            "/api/v1/links/",
            "/api/v1/links//",
            "/api/v1/links/docs/",
            "/api/v2/links",
            "/api/v1/",
            "/api/v1/link",
            "/api/v1/batch/",
            "/api/v1/imports",
            "/api/v1/export/",
            "/api/v1/aliases",
            "/api/v1/domains/",
            "/api/v1/me/",
            "/api/v1/users/",
            "/api/v1/users/x/y",
            "/api/v1/users/x/invite/",
            "/api/v1/keys/",
            "/api/v1/keys/x/y",
            "/api/v1/audit/x",
            "/metrics/",
            "/api/v1/domains/a/b",
            "/api/v1/tags/",
            "/api/v1/tags/a/b",
            "/api/v1/aliases/",
            "/api/v1/aliases/docs/x",
            "/api/v1/linksx/docs",
            "/api/v1/links/docs/restore/",
            "/api/v1/links/docs/erase",
            "/problems",
            "/problems/",
            "/problems/a/b",
            "/%ff",
            "/api/v1/links/%ff",
            "/health/",
            "/shorten/",
            "/.well-known/x",
        ] {
            let route = Route::of(path);
            let nothing = match &route {
                Route::Unknown => true,
                Route::Follow(alias, _) => ["api", "problems"].contains(&alias.as_ref()),
                Route::Problem(code) => code.is_empty(),
                _ => false,
            };
            assert!(nothing, "{path} is {route:?}");
        }
    }

    #[test]
    fn a_decoded_slash_separates_nothing() {
        assert_eq!(Route::of("/%2F"), follow("/"));
        assert_eq!(Route::of("/api%2Fv1%2Flinks"), follow("api/v1/links"));
        assert_eq!(Route::of("/api/v1/links/a%2Frestore"), Route::Link("a/restore".into()));
        assert_eq!(Route::of("/%252F"), follow("%2F"));
        assert_eq!(Route::of("/%5Cx"), follow("\\x"));
    }

    #[test]
    fn what_is_documented_is_what_is_allowed() {
        let routes = [
            Route::Home,
            Route::Health,
            Route::Ready,
            Route::Capabilities,
            Route::OpenApi,
            Route::Robots,
            Route::Favicon,
            Route::Problem("x".into()),
            Route::Shorten,
            Route::Links,
            Route::Link("x".into()),
            Route::Restore("x".into()),
            Route::History("x".into()),
            Route::Explain("x".into()),
            Route::Qr("x".into()),
            Route::Batch,
            Route::Import,
            Route::Export,
            Route::Alias("x".into()),
            Route::Tags,
            Route::Tag("x".into()),
            Route::Domains,
            Route::Domain("x".into()),
            Route::Me,
            Route::Users,
            Route::User("x".into()),
            Route::Invite("x".into()),
            Route::Keys,
            Route::Key("x".into()),
            Route::Audit,
            Route::Metrics,
            Route::Follow("x".into(), Vec::new()),
            Route::Preview("x".into()),
        ];
        for route in routes {
            for method in [Method::GET, Method::POST, Method::DELETE, Method::PUT, Method::PATCH] {
                let documented = DOCUMENTED.iter().any(|row| row.pattern == route.pattern() && row.method == method.as_str());
                assert_eq!(documented, route.allows(&method), "{method} {}", route.pattern());
            }
            assert_eq!(route.allows(&Method::HEAD), route.allows(&Method::GET));
            assert!(route.allows(&Method::OPTIONS));
            let is_of_the_api = route.pattern().starts_with("/api/v1/");
            let is_listed = ["/shorten", "/openapi.json", "/capabilities", "/metrics"].contains(&route.pattern());
            assert_eq!(route.is_for_programs(), is_of_the_api || is_listed, "{}", route.pattern());
        }
        assert!(!Route::Unknown.allows(&Method::GET));
    }
}
