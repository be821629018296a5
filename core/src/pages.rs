//! Pages for people: small, readable without style or script, nothing loaded from anywhere.

use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};

use crate::error::{Code, Problem};
use crate::ports::Facts;
use crate::response::Response;

/// The one style sheet; the policy below names it by its hash, and a test compares the two.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1.125rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.75rem;line-height:1.25;margin:0 0 1rem}code{font-size:.95em}";
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'sha256-ko71T9DNbm0jCFWVcVG9R2SpXif1OqlT7X5eaHmRZwA='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// `/`: says what answers here.
pub(crate) fn home() -> Response {
    page(StatusCode::OK, "hop", "This domain shortens links with hop. A short link leads on from here; there is nothing else to see.", None)
}

/// `/problems/{code}`: explains a problem to whoever got it.
pub(crate) fn problem(code: &str) -> Result<Response, Problem> {
    let meaning = Code::named(code).ok_or_else(Problem::no_such_page)?.meaning();
    let status = format!("{} {}", meaning.status.as_u16(), meaning.name);
    Ok(page(StatusCode::OK, meaning.title, meaning.remedy, Some(&status)))
}

/// A problem as a page, for somebody who followed a link.
pub(crate) fn of_problem(problem: &Problem) -> Response {
    let meaning = problem.code.meaning();
    page(meaning.status, meaning.title, meaning.remedy, None).advise(problem.advice)
}

/// Whether the client would rather read HTML than JSON.
pub(crate) fn wants_html(facts: &impl Facts) -> bool {
    let Some(accept) = facts.header(&ACCEPT) else {
        return false;
    };
    let Ok(accept) = std::str::from_utf8(&accept) else {
        return false;
    };
    let html = quality(accept, &["text/html"]);
    html > 0 && html >= quality(accept, &["application/json", "application/problem+json"])
}

/// The best quality, in thousandths, at which `accept` names one of `media_types`. Wildcards name none of them.
fn quality(accept: &str, media_types: &[&str]) -> u32 {
    let mut best = 0;
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        if media_types.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            let written = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            best = best.max(written.map_or(1_000, thousandths));
        }
    }
    best
}

/// `0.85` as 850. What is no quality counts as the best.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u32>()) {
        ("0", Ok(thousandths)) => thousandths,
        _ => 1_000,
    }
}

fn page(status: StatusCode, title: &str, text: &str, aside: Option<&str>) -> Response {
    let title = escape(title);
    let aside = aside.map(|aside| format!("<p><code>{}</code></p>\n", escape(aside))).unwrap_or_default();
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         <p>{}</p>\n{aside}</main>\n</body>\n</html>\n",
        code_spans(&escape(text)),
    );
    Response::html(status, html, POLICY)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text between backticks as code.
fn code_spans(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            html.push_str("<code>");
            html.push_str(part);
            html.push_str("</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::net::IpAddr;

    use base64::Engine as _;
    use http::HeaderName;
    use sha2::{Digest as _, Sha256};

    use super::*;

    struct Accepts(&'static str);

    impl Facts for Accepts {
        fn header(&self, name: &HeaderName) -> Option<Cow<'_, [u8]>> {
            (*name == ACCEPT).then_some(Cow::Borrowed(self.0.as_bytes()))
        }

        fn address(&self) -> Option<IpAddr> {
            None
        }

        fn country(&self) -> Option<String> {
            None
        }
    }

    #[test]
    fn the_policy_names_the_style_sheet() {
        let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(STYLE));
        let expected = format!("style-src 'sha256-{hash}'");
        assert!(POLICY.to_str().unwrap().contains(&expected), "the policy should say {expected}");
    }

    #[test]
    fn browsers_get_pages_and_programs_get_json() {
        for (accept, html) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("TEXT/HTML", true),
            ("text/html; q=0.5, application/json; q=0.4", true),
            ("text/html;q=0.5, application/json", false),
            ("application/json, text/html", true),
            ("application/problem+json, text/html;q=0.999", false),
            ("text/html;q=0", false),
            ("text/html;q=x", true),
            ("*/*", false),
            ("application/json", false),
            ("", false),
        ] {
            assert_eq!(wants_html(&Accepts(accept)), html, "{accept}");
        }
    }

    #[test]
    fn qualities_are_read_in_thousandths() {
        for (text, number) in [
            ("1", 1_000),
            ("1.0", 1_000),
            ("0.85", 850),
            ("0.001", 1),
            ("0", 0),
            ("0.", 0),
            ("0.1239", 123),
            ("-1", 1_000),
            ("0.x", 1_000),
            ("", 1_000),
        ] {
            assert_eq!(thousandths(text), number, "{text}");
        }
    }

    #[test]
    fn nothing_in_a_page_is_markup_but_its_own() {
        let page = page(StatusCode::OK, "<b>&\"", "`<i>` and x", Some("<u>"));
        let html = String::from_utf8(page.body).unwrap();
        assert!(html.contains("<title>&lt;b&gt;&amp;&quot;</title>"));
        assert!(html.contains("<p><code>&lt;i&gt;</code> and x</p>\n<p><code>&lt;u&gt;</code></p>"));
    }

    #[test]
    fn every_problem_has_its_page() {
        for code in Code::ALL {
            let html = String::from_utf8(problem(code.name()).unwrap().body).unwrap();
            assert!(html.contains(code.name()));
        }
        assert!(problem("nope").is_err());
    }
}
