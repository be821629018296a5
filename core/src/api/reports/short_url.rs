//! The short URL of the link that a report names, and the link at it.

use std::borrow::Cow;

use crate::context::Context;
use crate::message::body::text_types;
use crate::message::path::Path;
use crate::message::problem::Problem;
use crate::model::absolute_url::{self, AbsoluteUrl};
use crate::model::alias::{Alias, AliasCase};
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::Link;
use crate::redirect;
use crate::store::ports::Edge;
use crate::store::{AliasState, Key, follow_moves, load};

/// Longest short URL in characters. A visitor may copy a long query with it.
pub(crate) const URL_CHARS: usize = 2_048;

/// The domain and the alias in a short URL, as a visitor copies it: with or without a scheme, with the `+` of the
/// preview, and with a path, a query and a fragment, which are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShortUrl {
    domain: Domain,
    alias: Alias,
}

text_types! {
    ShortUrl as ShortUrl = |text, context| ShortUrl::parse(&text, context.config.alias_case),
        {"type": "string", "minLength": 1, "maxLength": URL_CHARS};
}

impl ShortUrl {
    fn parse(text: &str, case: AliasCase) -> Result<Self, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "write the address of the short link"));
        }
        if text.chars().count() > URL_CHARS {
            return Err(FieldError::new(FieldCode::TooLong, format!("this must have at most {URL_CHARS} characters")));
        }
        let has_scheme =
            absolute_url::scheme(text).is_some_and(|scheme| text.get(scheme.len()..).is_some_and(|rest| rest.starts_with("://")));
        let text = if has_scheme { Cow::Borrowed(text) } else { Cow::Owned(["https://", text].concat()) };
        let url = AbsoluteUrl::parse(&text).map_err(|_| no_short_url())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(no_short_url());
        }
        let domain = Domain::from_host(url.host()).map_err(|_| no_short_url())?;
        let path = url.rest().split(['?', '#']).next().unwrap_or_default();
        let Path { first, rest } = Path::parse(path).ok_or_else(no_short_url)?;
        let alias = if rest.is_empty() { first.strip_suffix('+').unwrap_or(&first) } else { &first };
        if alias.is_empty() {
            return Err(no_short_url());
        }
        Ok(Self { domain, alias: Alias::parse_existing(alias, case).map_err(|_| no_such_link())? })
    }

    /// The link that visitors of the short URL reach. It fails like a visit that finds no link: also before the start
    /// of a link, and after it was deleted.
    pub(super) async fn find<E: Edge>(&self, context: &Context<'_, E>) -> Result<Result<Link, FieldError>, Problem> {
        if !redirect::is_served(context, &self.domain).await? {
            return Ok(Err(FieldError::invalid("this is no link of this site: only its own short links can be reported here")));
        }
        let records = context.edge.records();
        let alias_record = load(records, &Key::link(&self.domain, &self.alias)).await?;
        let found = match alias_record.as_ref().map(|alias_record| alias_record.alias_state.visible()) {
            Some(AliasState::Link(link)) => Some(link.clone()),
            Some(AliasState::MovedTo(moved_to)) if moved_to.forwards => follow_moves(records, moved_to.to(), &moved_to.link).await?,
            _ => None,
        };
        let has_started = |link: &Link| link.settings.starts_at.is_none_or(|starts_at| starts_at <= context.now);
        Ok(found.filter(|link| !link.is_deleted() && has_started(link)).ok_or_else(no_such_link))
    }
}

fn no_short_url() -> FieldError {
    FieldError::invalid("this is not the address of a short link, such as https://hop.example/docs")
}

fn no_such_link() -> FieldError {
    FieldError::invalid("there is no such link: check the address")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, String), FieldCode> {
        let parsed = ShortUrl::parse(text, AliasCase::Sensitive);
        parsed.map(|url| (url.domain.to_string(), url.alias.to_string())).map_err(|error| error.code)
    }

    #[test]
    fn short_urls_are_read_as_people_copy_them() {
        for (text, domain, alias) in [
            ("https://hop.example/docs", "hop.example", "docs"),
            ("http://hop.example/docs", "hop.example", "docs"),
            ("hop.example/docs", "hop.example", "docs"),
            (" HOP.Example./docs\n", "hop.example", "docs"),
            ("hop.example:8787/docs", "hop.example", "docs"),
            ("https://hop.example:8787/docs+", "hop.example", "docs"),
            ("hop.example/docs+?url=https://evil.example/#x", "hop.example", "docs"),
            ("hop.example/docs/a/b+?x", "hop.example", "docs"),
            ("hop.example/%64ocs#x", "hop.example", "docs"),
            ("hop.example/x/../docs", "hop.example", "docs"),
            ("hop.example/é", "hop.example", "é"),
            ("https://[::1]/docs", "[::1]", "docs"),
            ("hop.example/report", "hop.example", "report"),
        ] {
            assert_eq!(parse(text), Ok((domain.to_owned(), alias.to_owned())), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        use FieldCode::{Invalid, Required, TooLong};
        for (text, code) in [
            ("", Required),
            (" ", Required),
            ("docs", Invalid),
            ("/docs", Invalid),
            ("https://hop.example", Invalid),
            ("https://hop.example/", Invalid),
            ("https://hop.example/+", Invalid),
            ("https://hop.example//docs", Invalid),
            ("https://hop.example/?docs", Invalid),
            ("https://hop.example/a b", Invalid),
            ("https://hop.example/%ff", Invalid),
            ("https://hop.example/api/v1/links", Invalid),
            ("https://u:p@hop.example/docs", Invalid),
            ("javascript://hop.example/docs", Invalid),
            ("ftp://hop.example/docs", Invalid),
            ("https:hop.example/docs", Invalid),
            (&format!("hop.example/docs?{}", "x".repeat(2_032)), TooLong),
        ] {
            assert_eq!(parse(text), Err(code), "{text}");
        }
    }
}
