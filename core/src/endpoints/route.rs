//! Routing: finds the endpoints of a path. No other file reads the path of a request; `message/path.rs` splits it.

use std::borrow::Cow;

use http::Method;

use super::row_search::endpoints_at;
use super::{Audience, ENDPOINTS, Endpoint, endpoints_at_word};
use crate::message::path::Path;
use crate::message::request::Head;
use crate::model::alias::RESERVED;

/// The endpoints of a link, and of its preview.
const LINK: &[Endpoint] = endpoints_at("/{alias}");
const PREVIEW: &[Endpoint] = endpoints_at("/{alias}+");

/// The endpoints of a path, one for each method, with the parameters of the path.
#[derive(Clone, Debug)]
pub struct Route<'a> {
    endpoints: &'static [Endpoint],
    parameter: Cow<'a, str>,
    rest: Vec<Cow<'a, str>>,
}

impl<'a> Route<'a> {
    /// Finds the route of a path, as the client sent it.
    #[must_use]
    pub fn find(path: &'a str) -> Self {
        match Path::parse(path) {
            None => Self::to(&[], Cow::default()),
            Some(Path { first, rest }) if rest.is_empty() => Self::of_word(first),
            Some(path) if path.first.is_empty() || RESERVED.contains(&path.first.as_ref()) => Self::of_reserved(path),
            Some(Path { first, rest }) => Self { rest, ..Self::to(LINK, first) },
        }
    }

    fn to(endpoints: &'static [Endpoint], parameter: Cow<'a, str>) -> Self {
        Self { endpoints, parameter, rest: Vec::new() }
    }

    /// The route of a path of one segment: a fixed one, or else a link.
    fn of_word(word: Cow<'a, str>) -> Self {
        if let Some(endpoints) = endpoints_at_word(&word) {
            return Self::to(endpoints, Cow::default());
        }
        match word.strip_suffix('+') {
            Some(alias) => Self::to(PREVIEW, alias.to_owned().into()),
            None => Self::to(LINK, word),
        }
    }

    /// The route of a path of several segments that starts with a reserved word or an empty segment.
    fn of_reserved(path: Path<'a>) -> Self {
        let start = ENDPOINTS.iter().position(|endpoint| matches(endpoint.segments, &path));
        let rows = start.and_then(|start| ENDPOINTS.get(start..)).unwrap_or_default();
        let endpoints = rows.chunk_by(|one, next| one.pattern == next.pattern).next().unwrap_or_default();
        let pattern = endpoints.first().map_or(&[][..], |first| first.segments).iter();
        let parameter = pattern.skip(1).zip(path.rest).find(|(segment, _)| is_parameter(segment));
        Self::to(endpoints, parameter.map(|(_, segment)| segment).unwrap_or_default())
    }

    /// The pattern in [`ENDPOINTS`]; `unknown` for a path without endpoints.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        self.endpoints.first().map_or("unknown", |endpoint| endpoint.pattern)
    }

    /// The segment of the path at the name in braces, decoded.
    pub(crate) fn parameter(&self) -> &str {
        &self.parameter
    }

    /// The path segments after the alias of a link.
    pub(crate) fn rest(&self) -> &[Cow<'a, str>] {
        &self.rest
    }

    /// The kind of client. A path without endpoints is for people.
    pub(crate) fn audience(&self) -> Audience {
        self.endpoints.first().map_or(Audience::People, |endpoint| endpoint.audience)
    }

    /// The endpoint for `method`.
    pub(crate) fn endpoint(&self, method: &Method) -> Option<&'static Endpoint> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|endpoint| endpoint.method == method.as_str())
    }

    /// The value of the header `Allow`; nothing for a path without endpoints.
    pub(crate) fn allow(&self) -> Option<String> {
        const IN_ORDER: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let is_allowed = |method: &&Method| **method == Method::OPTIONS || self.endpoint(method).is_some();
        let methods: Vec<&str> = IN_ORDER.iter().filter(is_allowed).map(Method::as_str).collect();
        (!self.endpoints.is_empty()).then(|| methods.join(", "))
    }
}

/// Whether a path of several segments matches this pattern. No path of the API ends in a slash.
fn matches(pattern: &[&str], path: &Path<'_>) -> bool {
    let Some((first, others)) = pattern.split_first() else { return false };
    let ends_in_slash = path.rest.last().is_some_and(|last| last.is_empty());
    others.len() == path.rest.len()
        && path.first == *first
        && !(path.first == "api" && ends_in_slash)
        && others.iter().zip(&path.rest).all(|(known, segment)| is_parameter(known) || segment == known)
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}

/// The maximum length of the request body in bytes; nothing if the core reads no body. Adapters call this before they
/// read one.
#[must_use]
pub fn body_limit(head: &Head<'_>) -> Option<usize> {
    // Nearly every request is a GET, which needs no route for this.
    let may_have_body = head.method != Method::GET && head.method != Method::HEAD;
    if may_have_body { Route::find(head.path).endpoint(head.method)?.body.limit() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::EndpointName;
    use crate::endpoints::EndpointName::{Batch, CreateLink, FollowLink, Health, Home, ImportLinks, ListLinks, Shorten};
    use crate::model::alias::{RESERVED, RESERVED_FOR_NEW_LINKS};

    /// The pattern of a path, its parameter, and the segments after the alias.
    fn route(path: &str) -> (&'static str, String, Vec<String>) {
        let route = Route::find(path);
        (route.pattern(), route.parameter.to_string(), route.rest.iter().map(ToString::to_string).collect())
    }

    #[track_caller]
    fn check(path: &str, pattern: &'static str, parameter: &str, rest: &[&str]) {
        assert_eq!(route(path), (pattern, parameter.to_owned(), rest.iter().map(ToString::to_string).collect()), "{path}");
    }

    fn follow(path: &str, alias: &str, rest: &[&str]) {
        check(path, "/{alias}", alias, rest);
    }

    #[test]
    fn fixed_paths_have_their_routes() {
        for (path, pattern, parameter) in [
            ("/", "/", ""),
            ("", "/", ""),
            ("/health", "/health", ""),
            ("/%68ealth", "/health", ""),
            ("/ready", "/ready", ""),
            ("/capabilities", "/capabilities", ""),
            ("/openapi.json", "/openapi.json", ""),
            ("/robots.txt", "/robots.txt", ""),
            ("/favicon.ico", "/favicon.ico", ""),
            ("/.well-known/security.txt", "/.well-known/security.txt", ""),
            ("/problems/not_found", "/problems/{code}", "not_found"),
            ("/problems/", "/problems/{code}", ""),
            ("/app", "/app", ""),
            ("/app/", "/app/", ""),
            ("/app/.", "/app/", ""),
            ("/app/theme.css", "/app/theme.css", ""),
            ("/app/assets/index-x.js", "/app/assets/{file}", "index-x.js"),
            ("/app/assets/", "/app/assets/{file}", ""),
            ("/app/assets/..%2findex.html", "/app/assets/{file}", "../index.html"),
            ("/app/assets/%2e%2e", "/app/", ""),
            ("/shorten", "/shorten", ""),
            ("/report", "/report", ""),
            ("/report+", "/{alias}+", "report"),
            ("/api/v1/reports", "/api/v1/reports", ""),
            ("/api/v1/reports/rep_x", "/api/v1/reports/{report}", "rep_x"),
            ("/api/v1/links", "/api/v1/links", ""),
            ("/api/v1/batch", "/api/v1/batch", ""),
            ("/api/v1/import", "/api/v1/import", ""),
            ("/api/v1/links/docs", "/api/v1/links/{alias}", "docs"),
            ("/api/v1/links/%C3%A9", "/api/v1/links/{alias}", "é"),
            ("/api/v1/links/docs/restore", "/api/v1/links/{alias}/restore", "docs"),
            ("/api/v1/links//restore", "/api/v1/links/{alias}/restore", ""),
            ("/api/v1/links/docs/history", "/api/v1/links/{alias}/history", "docs"),
            ("/api/v1/links/docs/explain", "/api/v1/links/{alias}/explain", "docs"),
            ("/api/v1/links/docs/qr", "/api/v1/links/{alias}/qr", "docs"),
            ("/api/v1/links/restore", "/api/v1/links/{alias}", "restore"),
            ("/api/v1/links/restore/restore", "/api/v1/links/{alias}/restore", "restore"),
            ("/api/v1/export", "/api/v1/export", ""),
            ("/api/v1/aliases/docs", "/api/v1/aliases/{alias}", "docs"),
            ("/api/v1/tags", "/api/v1/tags", ""),
            ("/api/v1/tags/a%2Fb", "/api/v1/tags/{tag}", "a/b"),
            ("/api/v1/domains", "/api/v1/domains", ""),
            ("/api/v1/domains/%5B::1%5D", "/api/v1/domains/{domain}", "[::1]"),
            ("/api/v1/me", "/api/v1/me", ""),
            ("/api/v1/users", "/api/v1/users", ""),
            ("/api/v1/users/usr_x", "/api/v1/users/{user}", "usr_x"),
            ("/api/v1/users/usr_x/invite", "/api/v1/users/{user}/invite", "usr_x"),
            ("/api/v1/users//invite", "/api/v1/users/{user}/invite", ""),
            ("/api/v1/keys", "/api/v1/keys", ""),
            ("/api/v1/keys/x", "/api/v1/keys/{key}", "x"),
            ("/api/v1/audit", "/api/v1/audit", ""),
            ("/api/v1/maintenance", "/api/v1/maintenance", ""),
            ("/api/v1/ingest", "/api/v1/ingest", ""),
            ("/.well-known/fastly/logging/challenge", "/.well-known/fastly/logging/challenge", ""),
            ("/metrics", "/metrics", ""),
            ("/docs+", "/{alias}+", "docs"),
            ("/docs%2B", "/{alias}+", "docs"),
            ("/docs++", "/{alias}+", "docs+"),
            ("/+", "/{alias}+", ""),
        ] {
            check(path, pattern, parameter, &[]);
        }
    }

    #[test]
    fn all_other_paths_are_links() {
        follow("/docs", "docs", &[]);
        follow("/%64ocs", "docs", &[]);
        follow("/%F0%9F%8E%89", "🎉", &[]);
        follow("/links", "links", &[]);
        follow("/report/x", "report", &["x"]);
        follow("/docs/", "docs", &[""]);
        follow("/docs/x", "docs", &["x"]);
        follow("/docs+/x", "docs+", &["x"]);
        follow("/docs/a%2Fb//%C3%A9/", "docs", &["a/b", "", "é", ""]);
        follow("/API/v1/links", "API", &["v1", "links"]);
        follow("/api", "api", &[]);
        follow("/problems", "problems", &[]);
        follow("/security.txt/x", "security.txt", &["x"]);
    }

    #[test]
    fn dot_segments_are_resolved_before_routing() {
        follow("/a/../docs", "docs", &[]);
        follow("/a/b/..", "a", &[""]);
        follow("/docs/%2e%2e%2fadmin", "docs", &["../admin"]);
        follow("/docs/%252e%252e", "docs", &["%2e%2e"]);
        follow("/...", "...", &[]);
        follow("/.well-known", ".well-known", &[]);
        check("/docs/..", "/", "", &[]);
        check("/docs/x/../../api/v1/links", "/api/v1/links", "", &[]);
        check("/x/../api/v1/links", "/api/v1/links", "", &[]);
        check("/api/v1/links/../links/docs", "/api/v1/links/{alias}", "docs", &[]);
    }

    #[test]
    fn similar_paths_have_no_endpoint() {
        for path in [
            "//docs",
            "//",
            "///",
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
            "/api/v1/reports/",
            "/api/v1/reports/x/y",
            "/api/v1/audit/x",
            "/api/v1/maintenance/",
            "/api/v1/ingest/",
            "/.well-known/fastly",
            "/metrics/",
            "/api/v1/domains/a/b",
            "/api/v1/tags/",
            "/api/v1/tags/a/b",
            "/api/v1/aliases/",
            "/api/v1/aliases/docs/x",
            "/api/v1/linksx/docs",
            "/api/v1/links/docs/restore/",
            "/api/v1/links/docs/erase",
            "/problems/a/b",
            "/%ff",
            "/api/v1/links/%ff",
            "/app//",
            "/app/x",
            "/app/index.html",
            "/app/assets",
            "/app/assets/a/b",
            "/app/assets/../index.html",
            "/health/",
            "/shorten/",
            "/.well-known/x",
            "/.well-known/security.txt/",
        ] {
            let route = Route::find(path);
            assert_eq!((route.pattern(), route.allow()), ("unknown", None), "{path}");
            assert!(route.endpoint(&Method::GET).is_none());
        }
    }

    #[test]
    fn percent_encoded_slash_does_not_separate_segments() {
        follow("/%2F", "/", &[]);
        follow("/api%2Fv1%2Flinks", "api/v1/links", &[]);
        follow("/%252F", "%2F", &[]);
        follow("/%5Cx", "\\x", &[]);
        check("/api/v1/links/a%2Frestore", "/api/v1/links/{alias}", "a/restore", &[]);
    }

    #[test]
    fn every_endpoint_is_found_by_path_and_method() {
        for row in ENDPOINTS {
            let method = Method::from_bytes(row.method.as_bytes()).unwrap();
            let path = row.pattern.replace(['{', '}'], "");
            let found = Route::find(&path).endpoint(&method).map(|endpoint| endpoint.name);
            assert_eq!(found, Some(row.name), "{method} {path}");
        }
    }

    #[test]
    fn fixed_paths_start_with_a_reserved_word() {
        for row in ENDPOINTS {
            let first = row.segments[0];
            let is_reserved = RESERVED.contains(&first) || (row.segments.len() == 1 && RESERVED_FOR_NEW_LINKS.contains(&first));
            assert!(first.is_empty() || is_parameter(first) || is_reserved, "{}", row.pattern);
        }
    }

    #[test]
    fn endpoints_of_one_path_have_the_same_audience() {
        for row in ENDPOINTS {
            assert_eq!(Route::find(&row.pattern.replace(['{', '}'], "")).audience(), row.audience, "{}", row.pattern);
        }
    }

    #[test]
    fn allow_lists_methods_in_fixed_order() {
        for (path, allow) in [
            ("/docs", "GET, HEAD, POST, OPTIONS"),
            ("/docs+", "GET, HEAD, OPTIONS"),
            ("/", "GET, HEAD, OPTIONS"),
            ("/shorten", "POST, OPTIONS"),
            ("/report", "GET, HEAD, POST, OPTIONS"),
            ("/api/v1/links", "GET, HEAD, POST, OPTIONS"),
            ("/api/v1/links/docs", "GET, HEAD, PATCH, DELETE, OPTIONS"),
            ("/api/v1/links/docs/explain", "POST, OPTIONS"),
            ("/api/v1/tags/x", "PATCH, DELETE, OPTIONS"),
            ("/api/v1/keys/x", "GET, HEAD, DELETE, OPTIONS"),
        ] {
            assert_eq!(Route::find(path).allow().as_deref(), Some(allow), "{path}");
        }
    }

    #[test]
    fn endpoint_is_selected_by_method() {
        let name = |method: Method, path: &str| Route::find(path).endpoint(&method).map(|endpoint| endpoint.name);
        let get_and_head: [(&str, Option<EndpointName>); 4] =
            [("/", Some(Home)), ("/health", Some(Health)), ("/api/v1/links", Some(ListLinks)), ("/x", Some(FollowLink))];
        for (path, expected) in get_and_head {
            assert_eq!([name(Method::GET, path), name(Method::HEAD, path)], [expected, expected], "{path}");
        }
        assert_eq!(name(Method::POST, "/api/v1/links"), Some(CreateLink));
        for (method, path) in [(Method::PUT, "/docs"), (Method::OPTIONS, "/docs"), (Method::HEAD, "/shorten"), (Method::POST, "/docs+")] {
            assert_eq!(name(method, path), None, "{path}");
        }
    }

    #[test]
    fn body_limit_exists_only_for_endpoints_with_body() {
        let limit = |method: Method, url: &str| body_limit(&Head::new(&method, url));
        assert_eq!(limit(Method::POST, "http://h/shorten"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/links"), Some(65_536));
        assert_eq!(limit(Method::PATCH, "http://h/api/v1/links/docs"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/batch"), Some(1_048_576));
        assert_eq!(limit(Method::POST, "http://h/api/v1/import?x"), Some(1_048_576));
        assert_eq!(limit(Method::POST, "http://h/api/v1/ingest"), Some(1_048_576));
        assert_eq!(limit(Method::PATCH, "http://h/docs"), None);
        assert_eq!(limit(Method::DELETE, "http://h/api/v1/links/docs"), None);
        assert_eq!(limit(Method::GET, "http://h/shorten"), None);
        assert_eq!(limit(Method::POST, "http://h/docs"), Some(16_384));
        assert_eq!(limit(Method::POST, "http://h/docs+"), None);
        assert_eq!(limit(Method::POST, "http://h/report"), Some(32_768));
        assert_eq!(limit(Method::POST, "http://h/api/v1/reports"), Some(32_768));
        assert_eq!(limit(Method::POST, "http://h/api/v1/links/docs/explain"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/links/docs/restore"), None);
    }

    #[test]
    fn idempotency_key_is_for_requests_that_create_links() {
        let names: Vec<EndpointName> = ENDPOINTS.iter().filter(|row| row.takes_idempotency_key).map(|row| row.name).collect();
        assert_eq!(names, [Shorten, CreateLink, Batch, ImportLinks]);
    }

    #[test]
    fn programs_use_the_api_and_four_other_paths() {
        for row in ENDPOINTS {
            let is_listed = ["/shorten", "/openapi.json", "/capabilities", "/metrics"].contains(&row.pattern);
            let is_for_programs = row.audience == Audience::Programs;
            assert_eq!(is_for_programs, row.pattern.starts_with("/api/v1/") || is_listed, "{}", row.pattern);
        }
    }
}
