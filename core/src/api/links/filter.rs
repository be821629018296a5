//! Filter of a list of links. The most selective condition picks the index to read; each link found there is checked
//! against all.

use form_urlencoded::Serializer;

use super::scan::Walk;
use crate::message::body::Fields;
use crate::model::alias::AliasPrefix;
use crate::model::config::Config;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::{Link, LinkState, UserId};
use crate::model::link_settings::MAX_TAGS;
use crate::model::search_words::SearchQuery;
use crate::model::sorted::put_in_order;
use crate::model::text::Tag;
use crate::model::time::Timestamp;
use crate::store::Prefix;

/// Conditions that all links of a list meet.
pub(super) struct LinkFilter {
    pub(super) domain: Domain,
    /// Sorted, without duplicates.
    tags: Vec<Tag>,
    needs_all_tags: bool,
    owner: Option<OwnerFilter>,
    /// Without a state, deleted links are left out.
    state: Option<LinkState>,
    created_from: Option<Timestamp>,
    /// Exclusive end.
    created_to: Option<Timestamp>,
    prefix: Option<AliasPrefix>,
    pub(super) search: Option<SearchQuery>,
}

enum OwnerFilter {
    None,
    User(UserId),
}

impl LinkFilter {
    /// All links of a domain that are not deleted.
    pub(super) fn all(domain: Domain) -> Self {
        Self {
            domain,
            tags: Vec::new(),
            needs_all_tags: false,
            owner: None,
            state: None,
            created_from: None,
            created_to: None,
            prefix: None,
            search: None,
        }
    }

    /// Takes a filter of the links of `domain` out of a query.
    pub(super) fn from_query(fields: &mut Fields, config: &Config, domain: Domain) -> Self {
        let mut tags = Vec::new();
        for tag in fields.take_all("tag", |json_value| Tag::parse(&json_value.text()?)) {
            put_in_order(&mut tags, tag);
        }
        if tags.len() > MAX_TAGS {
            fields.refuse("tag", FieldError::new(FieldCode::TooMany, format!("a list can be filtered by at most {MAX_TAGS} tags")));
        }
        let needs_all_tags = fields.take_text("tags", |text| needs_all(&text)).unwrap_or_default();
        let owner = fields.take_text("owner", owner);
        let state = fields.take_text("state", |text| state(&text));
        let created_from = fields.take_text("created_from", |text| Timestamp::parse(&text));
        let created_to = fields.take_text("created_to", |text| Timestamp::parse(&text));
        if let (Some(from), Some(to)) = (created_from, created_to)
            && to <= from
        {
            fields.refuse("created_to", FieldError::new(FieldCode::Conflicts, "created_to must be later than created_from"));
        }
        let prefix = fields.take_text("prefix", |text| AliasPrefix::parse(&text, config.alias_case));
        let search = fields.take_text("q", |text| SearchQuery::parse(&text));
        Self { domain, tags, needs_all_tags, owner, state, created_from, created_to, prefix, search }
    }

    /// The keys to read: the index of a tag that all links have, else of the owner, else the records by alias prefix,
    /// else the index by time. A search is newest first, so it does not read records by alias.
    pub(super) fn walk(&self) -> Walk {
        let by_time = match (self.tags.as_slice(), &self.owner, &self.prefix) {
            ([tag], _, _) => Prefix::by_tag(&self.domain, tag),
            ([tag, ..], _, _) if self.needs_all_tags => Prefix::by_tag(&self.domain, tag),
            (_, Some(OwnerFilter::User(owner)), _) => Prefix::by_owner(&self.domain, owner),
            ([], _, Some(prefix)) if self.search.is_none() => return Walk::Records(Prefix::links(&self.domain, prefix)),
            _ => Prefix::by_time(&self.domain),
        };
        let (earliest, latest) = self.times();
        Walk::Index { prefix: by_time.between(earliest, latest), earliest }
    }

    /// The earliest and the latest time of creation.
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        let earliest = self.created_from.unwrap_or(Timestamp::from_millis(0));
        let latest = self.created_to.map_or(u64::MAX, |to| to.as_millis().saturating_sub(1));
        (earliest, Timestamp::from_millis(latest))
    }

    /// Whether `link`, with `taken` clicks of its limit used, meets all conditions.
    pub(super) fn matches(&self, link: &Link, taken: u64, now: Timestamp) -> bool {
        let state = link.state(taken, now);
        let has = |tag: &Tag| link.settings.tags.contains(tag);
        let has_tags = if self.needs_all_tags { self.tags.iter().all(has) } else { self.tags.is_empty() || self.tags.iter().any(has) };
        let has_owner = match &self.owner {
            None => true,
            Some(OwnerFilter::None) => link.owner.is_none(),
            Some(OwnerFilter::User(user)) => link.owner.as_ref() == Some(user),
        };
        link.domain == self.domain
            && has_tags
            && has_owner
            && self.state.map_or(state != LinkState::Deleted, |wanted| wanted == state)
            && self.created_from.is_none_or(|from| from <= link.created_at)
            && self.created_to.is_none_or(|to| link.created_at < to)
            && self.prefix.as_ref().is_none_or(|prefix| prefix.matches(&link.alias))
            && self.search.as_ref().is_none_or(|search| search.matches(link))
    }

    /// The filter as a URL query, in one normal form that also identifies it in cursors.
    pub(super) fn query(&self) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("domain", self.domain.as_str());
        for tag in &self.tags {
            query.append_pair("tag", tag.as_str());
        }
        let owner = self.owner.as_ref().map(|owner| match owner {
            OwnerFilter::None => "none",
            OwnerFilter::User(user) => user.as_str(),
        });
        let (from, to) = (self.created_from.map(|from| from.to_string()), self.created_to.map(|to| to.to_string()));
        let search = self.search.as_ref().map(SearchQuery::text);
        for (name, value) in [
            ("tags", self.needs_all_tags.then_some("all")),
            ("owner", owner),
            ("state", self.state.map(LinkState::name)),
            ("created_from", from.as_deref()),
            ("created_to", to.as_deref()),
            ("prefix", self.prefix.as_ref().map(AliasPrefix::as_str)),
            ("q", search.as_deref()),
        ] {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

fn needs_all(text: &str) -> Result<bool, FieldError> {
    match text {
        "any" => Ok(false),
        "all" => Ok(true),
        _ => Err(FieldError::invalid("tags must be any or all")),
    }
}

fn owner(text: String) -> Result<OwnerFilter, FieldError> {
    if text == "none" { Ok(OwnerFilter::None) } else { UserId::parse(text).map(OwnerFilter::User) }
}

fn state(text: &str) -> Result<LinkState, FieldError> {
    let known = LinkState::ALL.into_iter().find(|known| known.name() == text);
    known.ok_or_else(|| FieldError::invalid("state must be scheduled, live, ended, used_up, disabled, blocked or deleted"))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;
    use crate::model::alias::Alias;

    fn filter(query: &str) -> LinkFilter {
        let read = |name: &str| (name == "HOP_DOMAINS").then(|| "https://hop.example http://b.example".to_owned());
        let config = Config::parse(read, |_| None).unwrap();
        let mut fields = Fields::query(query);
        let domain = fields.take_text("domain", |text| Domain::parse(&text)).unwrap_or_else(|| config.default_domain().clone());
        let filter = LinkFilter::from_query(&mut fields, &config, domain);
        fields.finish(Some(filter)).unwrap_or_else(|problem| panic!("{query}: {:?}", problem.errors))
    }

    fn prefix(query: &str) -> String {
        match filter(query).walk() {
            Walk::Index { prefix, .. } | Walk::Records(prefix) => prefix.as_str().to_owned(),
        }
    }

    const USER: &str = "usr_11111111111111111";

    #[test]
    fn most_selective_index_is_read() {
        for (query, expected) in [
            ("", "by-time/hop.example/"),
            ("domain=b.example&state=live", "by-time/b.example/"),
            ("tag=B", "by-tag/hop.example/b/"),
            ("tag=b&tag=B&owner=none&prefix=x", "by-tag/hop.example/b/"),
            ("tag=b&tag=a&tags=all", "by-tag/hop.example/a/"),
            ("tag=b&tag=a", "by-time/hop.example/"),
            ("tag=b&tag=a&tags=any&prefix=x", "by-time/hop.example/"),
            (&format!("tag=b&tag=a&owner={USER}"), &format!("by-owner/hop.example/{USER}/")),
            (&format!("owner={USER}&prefix=x"), &format!("by-owner/hop.example/{USER}/")),
            ("owner=none", "by-time/hop.example/"),
            ("owner=none&prefix=x.", "link/hop.example/x=2e"),
            ("created_from=2026-11-21T08:00:00Z", "by-time/hop.example/"),
            ("created_to=2026-11-21T08:00:00Z", "by-time/hop.example/fffff"),
            ("tag=a&created_from=2026-11-21T08:00:00Z&created_to=2026-11-21T08:00:00.256Z", "by-tag/hop.example/a/fffffe5e02e173"),
            ("prefix=x&created_from=2026-11-21T08:00:00Z", "link/hop.example/x"),
            ("prefix=x&q=report", "by-time/hop.example/"),
            ("prefix=x&q=report&tag=a", "by-tag/hop.example/a/"),
        ] {
            assert_eq!(prefix(query), expected, "{query}");
        }
    }

    #[test]
    fn filter_query_round_trips() {
        for (query, normal) in [
            ("", ""),
            ("tag=B&tag=a+b&tag=b&tags=all", "&tag=a-b&tag=b&tags=all"),
            ("tags=any", ""),
            ("q=R%C3%A9port+quarterly%2Brep&prefix=x", "&prefix=x&q=quarterly+report"),
            (
                "prefix=%C3%A9&owner=none&state=used_up&created_to=2026-11-21T09:00:00.5%2B01:00&created_from=1970-01-01T00:00:00.007Z",
                "&owner=none&state=used_up&created_from=1970-01-01T00%3A00%3A00.007Z&created_to=2026-11-21T08%3A00%3A00.500Z&prefix=%C3%A9",
            ),
        ] {
            let written = filter(query).query();
            assert_eq!(written, format!("domain=hop.example{normal}"));
            assert_eq!(filter(&written).query(), written);
        }
    }

    #[test]
    fn link_matches_only_if_all_conditions_hold() {
        let mut link = Link { created_at: Timestamp::from_millis(1_500), ..Link::example() };
        link.settings.tags = vec![Tag::stored("a".into()), Tag::stored("b".into())];
        link.alias = Alias::stored("docs".into());
        let matches_filter = |query: &str, link: &Link| filter(query).matches(link, 2, Timestamp::from_millis(9_000));
        for (query, expected) in [
            ("", true),
            ("domain=b.example", false),
            ("tag=a&tag=x", true),
            ("tag=a&tag=x&tags=all", false),
            ("tag=a&tag=b&tags=all", true),
            ("tag=x", false),
            ("owner=none", true),
            (&format!("owner={USER}"), false),
            ("state=live", true),
            ("state=deleted", false),
            ("state=blocked", false),
            ("created_from=1970-01-01T00:00:01.5Z", true),
            ("created_from=1970-01-01T00:00:01.501Z", false),
            ("created_to=1970-01-01T00:00:01.501Z", true),
            ("created_to=1970-01-01T00:00:01.5Z", false),
            ("prefix=do", true),
            ("prefix=Do", false),
            ("q=doc+EXAMPLE", true),
            ("q=doc+other", false),
            ("q=doc&tag=x", false),
        ] {
            assert_eq!(matches_filter(query, &link), expected, "{query}");
        }
        link.owner = Some(UserId::stored(USER.into()));
        assert!(matches_filter(&format!("owner={USER}"), &link) && !matches_filter("owner=none", &link));
        link.settings.max_clicks = NonZeroU64::new(2);
        assert!(matches_filter("state=used_up", &link) && matches_filter("", &link) && !matches_filter("state=live", &link));
        link.deleted_at = Some(Timestamp::from_millis(2_000));
        assert!(matches_filter("state=deleted", &link) && !matches_filter("", &link) && !matches_filter("state=live", &link));
    }
}
