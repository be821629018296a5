//! Routes: which endpoints there are at a path. Nothing else in hop decides by a path.

use std::borrow::Cow;

use http::Method;

use super::rows::rows_of;
use super::{Audience, ENDPOINTS, Endpoint, at_word};
use crate::message::path::Path;
use crate::message::request::Head;
use crate::model::alias::RESERVED;

/// The endpoints of a link.
const LINK: &[Endpoint] = rows_of("/{alias}");
const PREVIEW: &[Endpoint] = rows_of("/{alias}+");

/// The endpoints at a path, one for each method, and what stands there in place of the names in its pattern.
#[derive(Clone, Debug)]
pub struct Route<'a> {
    endpoints: &'static [Endpoint],
    parameter: Cow<'a, str>,
    rest: Vec<Cow<'a, str>>,
}

impl<'a> Route<'a> {
    /// The route of a path as it came.
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

    /// A path of one segment: one of hop's own, or else a link.
    fn of_word(word: Cow<'a, str>) -> Self {
        if let Some(endpoints) = at_word(&word) {
            return Self::to(endpoints, Cow::default());
        }
        match word.strip_suffix('+') {
            Some(alias) => Self::to(PREVIEW, alias.to_owned().into()),
            None => Self::to(LINK, word),
        }
    }

    /// A path of several segments whose first one no link has.
    fn of_reserved(path: Path<'a>) -> Self {
        let start = ENDPOINTS.iter().position(|endpoint| is_at(endpoint.segments, &path));
        let rows = start.and_then(|start| ENDPOINTS.get(start..)).unwrap_or_default();
        let endpoints = rows.chunk_by(|one, next| one.pattern == next.pattern).next().unwrap_or_default();
        let pattern = endpoints.first().map_or(&[][..], |first| first.segments).iter();
        let named = pattern.skip(1).zip(path.rest).find(|(segment, _)| is_parameter(segment));
        Self::to(endpoints, named.map(|(_, segment)| segment).unwrap_or_default())
    }

    /// The path with names in place of what varies, as [`ENDPOINTS`] has it; `unknown` where there is nothing.
    #[must_use]
    pub fn pattern(&self) -> &'static str {
        self.endpoints.first().map_or("unknown", |endpoint| endpoint.pattern)
    }

    /// What stands in the path in place of the name in braces.
    pub(crate) fn parameter(&self) -> &str {
        &self.parameter
    }

    /// The segments behind the alias of a link.
    pub(crate) fn rest(&self) -> &[Cow<'a, str>] {
        &self.rest
    }

    /// Who comes here. People do where there is nothing.
    pub(crate) fn audience(&self) -> Audience {
        self.endpoints.first().map_or(Audience::People, |endpoint| endpoint.audience)
    }

    /// The endpoint that answers to `method`.
    pub(crate) fn endpoint(&self, method: &Method) -> Option<&'static Endpoint> {
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        self.endpoints.iter().find(|endpoint| endpoint.method == method.as_str())
    }

    /// The header `Allow`; nothing where there is nothing.
    pub(crate) fn allow(&self) -> Option<String> {
        const IN_ORDER: [Method; 6] = [Method::GET, Method::HEAD, Method::POST, Method::PATCH, Method::DELETE, Method::OPTIONS];
        let is_allowed = |method: &&Method| **method == Method::OPTIONS || self.endpoint(method).is_some();
        let methods: Vec<&str> = IN_ORDER.iter().filter(is_allowed).map(Method::as_str).collect();
        (!self.endpoints.is_empty()).then(|| methods.join(", "))
    }
}

/// Whether a path of several segments has this pattern. No path of the API ends in a slash.
fn is_at(pattern: &[&str], path: &Path<'_>) -> bool {
    let Some((first, others)) = pattern.split_first() else { return false };
    let ends_in_slash = path.rest.last().is_some_and(|last| last.is_empty());
    others.len() == path.rest.len()
        && path.first == *first
        && !(path.first == "api" && ends_in_slash)
        && others.iter().zip(&path.rest).all(|(known, segment)| is_parameter(known) || segment == known)
}

fn is_parameter(piece: &str) -> bool {
    piece.starts_with('{')
}

/// How many bytes of body the core will look at; nothing where it looks at none. An adapter asks before it reads one.
#[must_use]
pub fn body_limit(head: &Head<'_>) -> Option<usize> {
    // Nearly every request is a GET, and brings none.
    let may_bring_one = head.method != Method::GET && head.method != Method::HEAD;
    if may_bring_one { Route::find(head.path).endpoint(head.method)?.body.limit() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoints::EndpointName;
    use crate::endpoints::EndpointName::{Batch, CreateLink, FollowLink, Health, Home, ImportLinks, ListLinks, Shorten};
    use crate::model::alias::RESERVED;

    /// The pattern of a path, what stands there in place of the name, and the segments behind the alias.
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
    fn every_path_has_its_route() {
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
            ("/shorten", "/shorten", ""),
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
    fn every_other_path_is_of_a_link() {
        follow("/docs", "docs", &[]);
        follow("/%64ocs", "docs", &[]);
        follow("/%F0%9F%8E%89", "🎉", &[]);
        follow("/links", "links", &[]);
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
    fn dot_segments_go_first() {
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
    fn near_misses_are_nothing() {
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
            "/problems/a/b",
            "/%ff",
            "/api/v1/links/%ff",
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
    fn a_decoded_slash_separates_nothing() {
        follow("/%2F", "/", &[]);
        follow("/api%2Fv1%2Flinks", "api/v1/links", &[]);
        follow("/%252F", "%2F", &[]);
        follow("/%5Cx", "\\x", &[]);
        check("/api/v1/links/a%2Frestore", "/api/v1/links/{alias}", "a/restore", &[]);
    }

    #[test]
    fn every_row_is_found_by_path_and_method() {
        for row in ENDPOINTS {
            let method = Method::from_bytes(row.method.as_bytes()).unwrap();
            let path = row.pattern.replace(['{', '}'], "");
            let found = Route::find(&path).endpoint(&method).map(|endpoint| endpoint.name);
            assert_eq!(found, Some(row.name), "{method} {path}");
        }
    }

    #[test]
    fn fixed_paths_begin_with_a_reserved_word() {
        for row in ENDPOINTS {
            let first = row.segments[0];
            assert!(first.is_empty() || is_parameter(first) || RESERVED.contains(&first), "{}", row.pattern);
        }
    }

    #[test]
    fn rows_of_one_path_agree_on_their_audience() {
        for row in ENDPOINTS {
            assert_eq!(Route::find(&row.pattern.replace(['{', '}'], "")).audience(), row.audience, "{}", row.pattern);
        }
    }

    #[test]
    fn allow_lists_methods_in_one_order() {
        for (path, allow) in [
            ("/docs", "GET, HEAD, POST, OPTIONS"),
            ("/docs+", "GET, HEAD, OPTIONS"),
            ("/", "GET, HEAD, OPTIONS"),
            ("/shorten", "POST, OPTIONS"),
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
    fn an_endpoint_answers_to_its_method_alone() {
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
    fn a_body_is_read_only_where_the_core_looks_at_it() {
        let limit = |method: Method, url: &str| body_limit(&Head::new(&method, url));
        assert_eq!(limit(Method::POST, "http://h/shorten"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/links"), Some(65_536));
        assert_eq!(limit(Method::PATCH, "http://h/api/v1/links/docs"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/batch"), Some(1_048_576));
        assert_eq!(limit(Method::POST, "http://h/api/v1/import?x"), Some(1_048_576));
        assert_eq!(limit(Method::PATCH, "http://h/docs"), None);
        assert_eq!(limit(Method::DELETE, "http://h/api/v1/links/docs"), None);
        assert_eq!(limit(Method::GET, "http://h/shorten"), None);
        assert_eq!(limit(Method::POST, "http://h/docs"), Some(16_384));
        assert_eq!(limit(Method::POST, "http://h/docs+"), None);
        assert_eq!(limit(Method::POST, "http://h/api/v1/links/docs/explain"), Some(65_536));
        assert_eq!(limit(Method::POST, "http://h/api/v1/links/docs/restore"), None);
    }

    #[test]
    fn once_is_for_requests_that_make_links() {
        let names: Vec<EndpointName> = ENDPOINTS.iter().filter(|row| row.is_once).map(|row| row.name).collect();
        assert_eq!(names, [Shorten, CreateLink, Batch, ImportLinks]);
    }

    #[test]
    fn programs_come_to_the_api_and_four_more() {
        for row in ENDPOINTS {
            let is_listed = ["/shorten", "/openapi.json", "/capabilities", "/metrics"].contains(&row.pattern);
            let is_for_programs = row.audience == Audience::Programs;
            assert_eq!(is_for_programs, row.pattern.starts_with("/api/v1/") || is_listed, "{}", row.pattern);
        }
    }
}
