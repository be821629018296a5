//! Theme of the pages: the deployment's name and colours, one style sheet, and the `Content-Security-Policy` that
//! allows only that sheet.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use sha2::{Digest as _, Sha256};

use crate::model::color::{Color, Colors};

const BEFORE: &str = ":root{color-scheme:light dark;--page:#fff;--ink:#1d1d21;--soft:#56575e;--line:#85868e;--accent:";
const BETWEEN: &str = ";--on:";
const AFTER: &str = "}\
@media(prefers-color-scheme:dark){:root{--page:#16171a;--ink:#ededf0;--soft:#a8aab2;--line:#7c7e87}}\
*{box-sizing:border-box}\
body{margin:0;padding:clamp(1.5rem,12vh,7rem) 1.5rem 3rem;background:var(--page);color:var(--ink);font:1.125rem/1.6 system-ui,sans-serif;overflow-wrap:anywhere}\
header,main{max-width:34rem;margin:0 auto}\
.name{display:inline-block;margin:0 0 1.75rem;padding:.125rem .75rem;border-radius:1rem;background:var(--accent);color:var(--on);font-size:1rem;font-weight:600}\
h1{font-size:1.75rem;line-height:1.25;margin:0 0 1rem}\
h1.name{font-size:1.5rem;line-height:1.6;margin:0 0 1.25rem;padding:.125rem 1.25rem;border-radius:1.5rem}\
p{margin:0 0 1rem}\
code{font-family:ui-monospace,monospace;font-size:.95em}\
a{color:inherit;display:inline-block;padding:.5rem 0;text-underline-offset:.2em}\
.soft{color:var(--soft);font-size:1rem}.soft a{padding:.625rem 0}\
.box{margin:0 0 1.5rem;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.5rem}\
.box p{margin:0}\
.box p+p{margin-top:.25rem}\
.wrong{font-weight:600;border-width:2px;border-color:var(--ink)}\
label{display:block;margin:0 0 .25rem;font-weight:600}\
input,select,textarea{display:block;width:100%;min-height:44px;margin:0 0 1.25rem;padding:.5rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--page);color:var(--ink);font:inherit}\
textarea{min-height:8rem;resize:vertical}\
button{min-height:44px;padding:.5rem 1.5rem;border:1px solid var(--line);border-radius:.5rem;background:var(--accent);color:var(--on);font:inherit;font-weight:600;cursor:pointer}\
:focus-visible{outline:3px solid var(--ink);outline-offset:3px}";

/// The look of all pages of a deployment.
#[derive(Debug)]
pub(crate) struct Theme {
    pub(crate) name: String,
    pub(crate) colors: Colors,
    /// Made for the first page, because most requests need no page.
    sheet: OnceLock<StyleSheet>,
}

impl Theme {
    /// The default theme, also of a deployment that is not set up.
    pub(crate) fn plain() -> Self {
        Self::new("hop".into(), Colors::default())
    }

    pub(crate) fn new(name: String, colors: Colors) -> Self {
        Self { name, colors, sheet: OnceLock::new() }
    }

    /// A style sheet with the name and the colours as custom properties of the dashboard: the accent, text on the accent,
    /// and the accent as text.
    pub(crate) fn properties(&self) -> String {
        let mut css = String::from(":root{--name:");
        push_css_string(&mut css, &self.name);
        css.push(';');
        push_colors(&mut css, &self.colors, self.colors.accent_as_text());
        let dark = self.colors.on_dark_page();
        css.push_str("}\n@media(prefers-color-scheme:dark){:root{");
        push_colors(&mut css, &dark, dark.accent);
        css.push_str("}}\n");
        css
    }

    pub(crate) fn sheet(&self) -> &StyleSheet {
        self.sheet.get_or_init(|| StyleSheet::from_colors(&self.colors))
    }
}

fn push_colors(css: &mut String, colors: &Colors, accent_as_text: Color) {
    for (property, color) in [("--accent:", colors.accent), (";--accent-ink:", colors.on_accent), (";--accent-text:", accent_as_text)] {
        css.push_str(property);
        css.push_str(&color.to_string());
    }
}

/// Adds a CSS string. All but letters, digits and spaces are escaped, so no text ends the string.
fn push_css_string(css: &mut String, text: &str) {
    css.push('"');
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' {
            css.push(c);
        } else {
            css.push_str(&format!("\\{:x} ", u32::from(c)));
        }
    }
    css.push('"');
}

/// A style sheet.
#[derive(Debug)]
pub(crate) struct StyleSheet {
    text: String,
    /// Its SHA-256 in Base64, as the policy needs it.
    hash: String,
}

impl StyleSheet {
    fn from_colors(colors: &Colors) -> Self {
        let text = [BEFORE, &colors.accent.to_string(), BETWEEN, &colors.on_accent.to_string(), AFTER].concat();
        let hash = BASE64_STANDARD.encode(Sha256::digest(&text));
        Self { text, hash }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The `Content-Security-Policy` of a page: no scripts, no requests, no framing, and only this style sheet.
    ///
    /// With `schemes`, the page has a form. It may be sent to the page's own origin and, because Chromium also applies
    /// the policy to the redirect that answers the form, be redirected to these schemes.
    pub(crate) fn policy(&self, schemes: Option<&[String]>) -> HeaderValue {
        let mut policy = String::from("default-src 'none'; style-src 'sha256-");
        policy.push_str(&self.hash);
        policy.push_str("'; base-uri 'none'; frame-ancestors 'none'; form-action ");
        policy.push_str(if schemes.is_some() { "'self'" } else { "'none'" });
        for scheme in schemes.unwrap_or_default() {
            policy.push(' ');
            policy.push_str(scheme);
            policy.push(':');
        }
        HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_has_the_hash_of_the_sheet() {
        for colors in [Colors::default(), Colors::parse("#102030").unwrap(), Colors::parse("#ffee00 #000000").unwrap()] {
            let theme = Theme::new("hop".into(), colors);
            let sheet = theme.sheet();
            let hash = BASE64_STANDARD.encode(Sha256::digest(sheet.as_str()));
            let expected =
                format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'");
            assert_eq!(sheet.policy(None), expected);
        }
    }

    #[test]
    fn forms_may_redirect_to_the_schemes_of_targets() {
        let schemes = ["https".to_owned(), "my-app+2.0".to_owned()];
        let policy = Theme::plain().sheet().policy(Some(&schemes));
        assert!(policy.to_str().unwrap().ends_with("; form-action 'self' https: my-app+2.0:"), "{policy:?}");
    }

    #[test]
    fn dashboard_gets_name_and_colours() {
        let css = Theme::new("Short \"&\" süß}".into(), Colors::parse("#ffd400").unwrap()).properties();
        let expected = ":root{--name:\"Short \\22 \\26 \\22  süß\\7d \";--accent:#ffd400;--accent-ink:#000000;--accent-text:#7f6a00}\n\
            @media(prefers-color-scheme:dark){:root{--accent:#ffd400;--accent-ink:#000000;--accent-text:#ffd400}}\n";
        assert_eq!(css, expected);
    }

    #[test]
    fn the_sheet_has_the_colours_and_loads_nothing() {
        let sheet = StyleSheet::from_colors(&Colors::parse("#abcdef #000000").unwrap());
        assert!(sheet.as_str().contains("--accent:#abcdef;--on:#000000}"));
        for loading in ["url(", "@import", "<"] {
            assert!(!sheet.as_str().contains(loading), "{loading}");
        }
    }
}
