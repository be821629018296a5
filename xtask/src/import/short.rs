//! Short links as URLs, for exports without an alias field: `https://go.example/docs` is `docs` on `go.example`.
use std::borrow::Cow;

use percent_encoding::percent_decode_str;

#[derive(Debug, PartialEq)]
pub(super) struct Short {
    pub(super) domain: String,
    pub(super) alias: String,
}

/// Parses a URL with or without `https://`.
pub(super) fn read(text: &str) -> Result<Short, String> {
    let text = text.trim();
    let bare = text.split_once("://").map_or(text, |(_, bare)| bare);
    let (domain, path) = bare.split_once('/').unwrap_or((bare, ""));
    let path = path.trim_end_matches('/');
    if domain.is_empty() || path.is_empty() {
        return Err(format!("`{text}` is not a short link: the alias is missing"));
    }
    Ok(Short { domain: domain.to_ascii_lowercase(), alias: decoded(path) })
}

/// Percent-decodes an alias. Returns it unchanged if the result is not UTF-8.
pub(super) fn decoded(alias: &str) -> String {
    percent_decode_str(alias).decode_utf8().map_or_else(|_| alias.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_is_split_into_domain_and_alias() {
        for (text, domain, alias) in [
            ("https://Go.Example/docs", "go.example", "docs"),
            ("bit.ly/3xY", "bit.ly", "3xY"),
            ("http://go.example/a/b/", "go.example", "a/b"),
            ("https://go.example/gr%C3%BC%C3%9Fe", "go.example", "grüße"),
            ("https://go.example/100%", "go.example", "100%"),
            ("https://go.example/%FF", "go.example", "%FF"),
        ] {
            assert_eq!(read(text), Ok(Short { domain: domain.to_owned(), alias: alias.to_owned() }), "{text}");
        }
    }

    #[test]
    fn url_without_alias_is_rejected() {
        for text in ["https://go.example", "https://go.example/", "go.example", "", "https:///x"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
