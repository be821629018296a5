//! Keys: the names of all records and index entries. They are built and parsed only here.
//!
//! Parts are separated by `/` and escaped, so no part contains a `/`, and a prefix of whole parts matches only keys
//! with those parts. The key of a link has at most 512 bytes, any other at most 1,024 (the limit of Fastly's KV Store).
//! No key contains `# ; ? ^ |`, `./` or `../`.

use std::fmt::Write as _;

use crate::model::abuse_report::AbuseReportId;
use crate::model::alias::{Alias, AliasPrefix};
use crate::model::digest;
use crate::model::domain::Domain;
use crate::model::key::KeyId;
use crate::model::limits::Limit;
use crate::model::link::{Link, LinkId, UserId};
use crate::model::quota::QuotaHolder;
use crate::model::session::SessionId;
use crate::model::stats::{Day, Month};
use crate::model::target::Target;
use crate::model::text::{ExternalId, Tag};
use crate::model::time::Timestamp;
use crate::store::ledger::Salt;
use crate::store::segments::{BATCH, Segment, Slice, TagName};

/// The name of one record or index entry: short ASCII text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// The key of the record of `alias` on `domain`.
    #[must_use]
    pub fn link(domain: &Domain, alias: &Alias) -> Self {
        let mut key = String::with_capacity(64);
        key.push_str("link/");
        escape(&mut key, domain.as_str(), is_plain_in_domain);
        key.push('/');
        escape(&mut key, alias.as_str(), is_plain);
        Self(key)
    }

    /// The domain and alias of an alias record, as parts of another key.
    pub(super) fn alias_path(&self) -> &str {
        self.0.strip_prefix("link/").unwrap_or(&self.0)
    }

    /// The key of the alias record with this [`alias_path`](Self::alias_path).
    pub(super) fn at_path(path: &str) -> Self {
        Self(["link/", path].concat())
    }

    /// The key of the click total of a link.
    pub(crate) fn total(link: &LinkId) -> Self {
        Self(format!("{}total", Prefix::statistics(link).as_str()))
    }

    /// The key of the clicks of a link in one month.
    pub(crate) fn link_month(link: &LinkId, month: Month) -> Self {
        Self(format!("{}{month}", Prefix::statistics(link).as_str()))
    }

    /// The key of the clicks of a domain in one month.
    pub(crate) fn domain_month(domain: &Domain, month: Month) -> Self {
        let Prefix(mut key) = Prefix::domain_statistics();
        escape(&mut key, domain.as_str(), is_plain_in_domain);
        let _ = write!(key, "/{month}");
        Self(key)
    }

    /// The key of the clicks of a tag on a domain in one month.
    pub(crate) fn tag_month(tag: &TagName, domain: &Domain, month: Month) -> Self {
        let Prefix(mut key) = Prefix::tag_statistics(tag);
        escape(&mut key, domain.as_str(), is_plain_in_domain);
        let _ = write!(key, "/{month}");
        Self(key)
    }

    /// The key of one click. Its fields are part of the key.
    pub(crate) fn click(segment: Segment, link: &LinkId, name: &str, fields: &str) -> Self {
        Self(format!("{}{name}.{fields}", Prefix::clicks_of(segment, link).as_str()))
    }

    /// The key of the log lines of a batch that are of one segment.
    pub(crate) fn click_batch(segment: Segment, name: &str) -> Self {
        Self(format!("{}{name}", Prefix::click_batches(segment).as_str()))
    }

    /// The key of the record that says which lines of a batch were read.
    pub(crate) fn ingest(name: &str) -> Self {
        Self(format!("ingest/{name}"))
    }

    /// The key of the salt of a day.
    pub(crate) fn salt(day: Day) -> Self {
        Self(Salt::name(day))
    }

    /// The key of the record that says which segments are folded.
    pub(crate) fn fold_progress() -> Self {
        Self("fold/progress".into())
    }

    /// The key of the lease of one step of folding.
    pub(crate) fn fold_lease(name: &str) -> Self {
        Self(format!("fold/lease/{name}"))
    }

    /// The key at which a record is put aside that cannot be read.
    pub(crate) fn unreadable(&self, at: Timestamp) -> Self {
        Self(format!("unreadable/{}/{}", self.0, at.as_millis()))
    }

    /// The last part of the key.
    pub(crate) fn last_part(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The key of the counter or tickets of a click limit.
    pub(crate) fn limit(limit: &Limit) -> Self {
        Self(format!("{}{}", Prefix::takes(&limit.link).as_str(), limit.epoch))
    }

    /// The key of a rate limit: the attempts of one client in one time window. `policy` is the name of the limit, and
    /// `digest` identifies the client without revealing it.
    #[must_use]
    pub fn rate(policy: &str, digest: &str, window: u64) -> Self {
        Self(format!("rate/{policy}/{digest}/{window}"))
    }

    /// The key of the links that the quota of `holder` has counted.
    pub(crate) fn link_count(holder: &QuotaHolder) -> Self {
        Self(format!("quota/{}", holder.name()))
    }

    /// The key of the counter or tickets of the links that `holder` created in a day, which is numbered from 1970.
    pub(crate) fn links_of_day(holder: &QuotaHolder, day: u64) -> Self {
        Self(format!("quota-day/{}/{day}", holder.name()))
    }

    /// The key of the record of a request with an idempotency key.
    pub(crate) fn idempotency(name: &str) -> Self {
        Self(format!("once/{name}"))
    }

    /// The key of a domain record.
    pub(crate) fn domain(domain: &Domain) -> Self {
        let Prefix(mut key) = Prefix::domains();
        escape(&mut key, domain.as_str(), is_plain_in_domain);
        Self(key)
    }

    /// The key of the record that says that the blocklist was used.
    pub(crate) fn blocklist_use() -> Self {
        Self("blocklist".into())
    }

    /// The key of the record of a listed host.
    pub(crate) fn blocked_host(host: &str) -> Self {
        let Prefix(mut key) = Prefix::blocklist();
        escape(&mut key, host, is_plain_in_domain);
        Self(key)
    }

    /// The key of the record of an abuse report.
    pub(crate) fn abuse_report(id: &AbuseReportId) -> Self {
        Self(format!("{}{}", Prefix::abuse_reports().as_str(), id.as_str()))
    }

    /// The index entry of an open abuse report.
    pub(crate) fn open_abuse_report(id: &AbuseReportId) -> Self {
        Self(format!("{}{}", Prefix::open_abuse_reports().as_str(), id.as_str()))
    }

    /// The key of the text of `robots.txt` of a domain.
    pub(crate) fn robots(domain: &Domain) -> Self {
        let mut key = String::from("robots/");
        escape(&mut key, domain.as_str(), is_plain_in_domain);
        Self(key)
    }

    /// The key of the record of an API key.
    pub(crate) fn api_key(id: &KeyId) -> Self {
        Self(format!("{}{}", Prefix::api_keys().as_str(), id.as_str()))
    }

    /// The key of the record of a user.
    pub(crate) fn user(id: &UserId) -> Self {
        Self(format!("{}{}", Prefix::users().as_str(), id.as_str()))
    }

    /// The key of the record of a session.
    pub(crate) fn session(user: &UserId, id: &SessionId) -> Self {
        Self(format!("{}{}", Prefix::sessions(user).as_str(), id.as_str()))
    }

    /// The key of the claim to the e-mail address with this name ([`crate::model::user::Email::claim_name`]).
    pub(crate) fn email(name: &str) -> Self {
        Self(format!("user-email/{name}"))
    }

    /// The key of the record of the owners of the deployment.
    pub(crate) fn team() -> Self {
        Self("team".into())
    }

    /// A key that no record has. Reading it shows whether the store answers.
    pub(crate) fn probe() -> Self {
        Self("probe".into())
    }

    /// A key that was stored, as the adapter reads it back.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text of the key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of this key in a cache that is addressed by URLs. Its host is the domain of the link.
    #[must_use]
    pub fn cache_url(&self) -> String {
        let domain = self.0.split('/').nth(1).and_then(unescape).unwrap_or_default();
        format!("https://{domain}/{}", self.0)
    }
}

/// The common start of the keys of one list. It may end in the middle of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Prefix {
    /// The index entries of all links of a domain, newest first.
    #[must_use]
    pub fn by_time(domain: &Domain) -> Self {
        Self::new("by-time", domain)
    }

    /// The index entries of links with a tag, newest first.
    pub(crate) fn by_tag(domain: &Domain, tag: &Tag) -> Self {
        Self::new("by-tag", domain).part(tag.as_str())
    }

    /// The index entries of the links of an owner, newest first.
    pub(crate) fn by_owner(domain: &Domain, owner: &UserId) -> Self {
        Self::new("by-owner", domain).part(owner.as_str())
    }

    /// The index entries of links with a target, newest first.
    pub(crate) fn by_target(domain: &Domain, target: &Target) -> Self {
        Self::new("by-target", domain).part(&target.digest())
    }

    /// The index entries of links with an external id, newest first.
    pub(crate) fn by_external_id(domain: &Domain, id: &ExternalId) -> Self {
        Self::new("by-external-id", domain).part(&digest::name_of(id.as_str().as_bytes()))
    }

    /// The entries of the word index for all words that begin with `beginning`, by word.
    pub(crate) fn by_word(domain: &Domain, beginning: &str) -> Self {
        let Self(mut prefix) = Self::new("by-word", domain);
        escape(&mut prefix, beginning, is_plain);
        Self(prefix)
    }

    /// The index entries of links that robots may follow, by alias.
    pub(crate) fn crawlable(domain: &Domain) -> Self {
        Self::new("crawlable", domain)
    }

    /// The records of aliases that start with `alias`, in the order of their aliases.
    pub(crate) fn links(domain: &Domain, alias: &AliasPrefix) -> Self {
        let Self(mut prefix) = Self::new("link", domain);
        escape(&mut prefix, alias.as_str(), is_plain);
        Self(prefix)
    }

    /// The longest prefix that covers all entries of a list by time between two moments. It may cover a little more.
    pub(crate) fn between(mut self, earliest: Timestamp, latest: Timestamp) -> Self {
        let (newest, oldest) = (index_entry::inverted(latest), index_entry::inverted(earliest));
        let same = newest.chars().zip(oldest.chars()).take_while(|(newest, oldest)| newest == oldest);
        self.0.extend(same.map(|(digit, _)| digit));
        self
    }

    /// The markers of the tags that were used on a domain.
    pub(crate) fn tags(domain: &Domain) -> Self {
        Self::new("tag", domain)
    }

    /// All domain records.
    pub(crate) fn domains() -> Self {
        Self("domain/".into())
    }

    /// All hosts of the blocklist, also those that were taken off it.
    pub(crate) fn blocklist() -> Self {
        Self("blocklist/".into())
    }

    /// All abuse reports, newest first.
    pub(crate) fn abuse_reports() -> Self {
        Self("report/".into())
    }

    /// The index entries of the open abuse reports, newest first.
    pub(crate) fn open_abuse_reports() -> Self {
        Self("report-open/".into())
    }

    /// All API keys.
    pub(crate) fn api_keys() -> Self {
        Self("key/".into())
    }

    /// All users.
    pub(crate) fn users() -> Self {
        Self("user/".into())
    }

    /// All audit events, newest first.
    pub(crate) fn audit() -> Self {
        Self("audit/".into())
    }

    /// The stored versions of a link, newest first.
    pub(crate) fn history(link: &LinkId) -> Self {
        Self(format!("history/{link}/"))
    }

    /// The totals and months of a link.
    pub(crate) fn statistics(link: &LinkId) -> Self {
        Self(format!("stats/{link}/"))
    }

    /// The sessions of a user, oldest first.
    pub(crate) fn sessions(user: &UserId) -> Self {
        Self(format!("session/{}/", user.as_str()))
    }

    /// The months of all domains.
    pub(crate) fn domain_statistics() -> Self {
        Self("stats-domain/".into())
    }

    /// The months of a tag on all domains.
    pub(crate) fn tag_statistics(tag: &TagName) -> Self {
        Self(format!("stats-tag/{}/", tag.as_str()))
    }

    /// The clicks of all segments whose number begins with `digits`.
    pub(crate) fn clicks(digits: &str) -> Self {
        Self(format!("c/{digits}"))
    }

    /// The clicks of a slice of a segment.
    pub(crate) fn clicks_in(segment: Segment, slice: &Slice) -> Self {
        Self(format!("c/{segment}/{}", slice.as_str()))
    }

    /// The clicks of a link in a segment.
    pub(crate) fn clicks_of(segment: Segment, link: &LinkId) -> Self {
        Self(format!("c/{segment}/{link}/"))
    }

    /// The batches of log lines in a segment.
    pub(crate) fn click_batches(segment: Segment) -> Self {
        Self(format!("c/{segment}/{BATCH}"))
    }

    /// The counters or tickets of all click limits that a link has had.
    pub(crate) fn takes(link: &LinkId) -> Self {
        Self(format!("take/{link}/"))
    }

    /// The tickets that were taken at `key`.
    #[must_use]
    pub fn tickets(key: &Key) -> Self {
        Self(format!("{}/", key.0))
    }

    fn new(class: &str, domain: &Domain) -> Self {
        let mut prefix = String::with_capacity(64);
        prefix.push_str(class);
        prefix.push('/');
        escape(&mut prefix, domain.as_str(), is_plain_in_domain);
        prefix.push('/');
        Self(prefix)
    }

    fn part(mut self, text: &str) -> Self {
        escape(&mut self.0, text, is_plain);
        self.0.push('/');
        self
    }

    /// The text of the prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first text in order that is after every key with this prefix.
    #[must_use]
    pub fn end(&self) -> String {
        let mut end = self.0.clone();
        // Keys are ASCII, so the next character is one byte too.
        let next = end.pop().and_then(|last| char::from_u32(u32::from(last).saturating_add(1)));
        end.extend(next);
        end
    }
}

/// The position of a page of keys, in a format of the store that is opaque to the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub String);

/// Index entries: keys that name the alias of a link. Each ends in `<alias>/<token>`, most in `<inverted
/// time>/<alias>/<token>`. Those of the word index have no token.
pub(crate) mod index_entry {
    use std::fmt::Write as _;

    use super::{Alias, ExternalId, Key, Link, Prefix, Tag, Timestamp, UserId, escape, is_plain, unescape};

    pub(crate) fn by_time(link: &Link, token: &str) -> Key {
        by_newest(Prefix::by_time(&link.domain), link, token)
    }

    pub(crate) fn by_tag(link: &Link, tag: &Tag, token: &str) -> Key {
        by_newest(Prefix::by_tag(&link.domain, tag), link, token)
    }

    pub(crate) fn by_owner(link: &Link, owner: &UserId, token: &str) -> Key {
        by_newest(Prefix::by_owner(&link.domain, owner), link, token)
    }

    pub(crate) fn by_target(link: &Link, token: &str) -> Key {
        by_newest(Prefix::by_target(&link.domain, &link.target), link, token)
    }

    pub(crate) fn by_external_id(link: &Link, id: &ExternalId, token: &str) -> Key {
        by_newest(Prefix::by_external_id(&link.domain, id), link, token)
    }

    /// An entry of the word index. It has no token.
    pub(crate) fn by_word(link: &Link, word: &str) -> Key {
        let Prefix(mut key) = Prefix::by_word(&link.domain, word);
        key.push('/');
        key.push_str(&inverted(link.created_at));
        key.push('/');
        escape(&mut key, link.alias.as_str(), is_plain);
        Key(key)
    }

    /// The sort key of a word index entry: `<inverted time>/<alias>`, which sorts the newest link first.
    pub(crate) fn sort_key(word_entry: &Key) -> Option<&str> {
        word_entry.0.splitn(4, '/').nth(3)
    }

    /// The creation time, inverted, and the alias of a sort key.
    pub(crate) fn parse_sort_key(sort_key: &str) -> Option<(&str, Alias)> {
        let (created_at, alias) = sort_key.split_once('/')?;
        Some((created_at, Alias::stored(unescape(alias)?)))
    }

    pub(crate) fn crawlable(link: &Link, token: &str) -> Key {
        by_alias(Prefix::crawlable(&link.domain), link, token)
    }

    /// A moment as text that sorts later moments first.
    pub(crate) fn inverted(moment: Timestamp) -> String {
        let mut text = String::with_capacity(16);
        // Writing to a string does not fail.
        let _ = write!(text, "{:016x}", u64::MAX.saturating_sub(moment.as_millis()));
        text
    }

    /// An entry of a list that is sorted by time of creation, newest first.
    fn by_newest(prefix: Prefix, link: &Link, token: &str) -> Key {
        let Prefix(mut key) = prefix;
        key.push_str(&inverted(link.created_at));
        key.push('/');
        by_alias(Prefix(key), link, token)
    }

    /// An entry of a list that is sorted by alias.
    fn by_alias(prefix: Prefix, link: &Link, token: &str) -> Key {
        let Prefix(mut key) = prefix;
        escape(&mut key, link.alias.as_str(), is_plain);
        key.push('/');
        key.push_str(token);
        Key(key)
    }

    /// Whether the link of an entry was created before `moment`. Then so were the links of all entries after it.
    pub(crate) fn is_before(index_entry: &Key, moment: Timestamp) -> bool {
        index_entry.0.rsplit('/').nth(2).is_some_and(|created_at| *created_at > *inverted(moment))
    }

    /// The kind of an entry: the first part of its key.
    pub(crate) fn kind(index_entry: &Key) -> &str {
        index_entry.0.split('/').next().unwrap_or_default()
    }

    /// Whether two entries are equal, except that their tokens may differ.
    pub(crate) fn is_same_entry(one: &Key, other: &Key) -> bool {
        one.0.rsplit_once('/').map(|(entry, _token)| entry) == other.0.rsplit_once('/').map(|(entry, _token)| entry)
    }

    /// Whether an entry was written by the commit `token`.
    pub(crate) fn ends_in(index_entry: &Key, token: &str) -> bool {
        index_entry.0.rsplit_once('/').is_some_and(|(_, last)| last == token)
    }

    /// The marker of the tag of an entry; nothing for entries that are not by tag.
    pub(crate) fn tag_marker(index_entry: &Key) -> Option<Key> {
        let mut parts = index_entry.0.strip_prefix("by-tag/")?.split('/');
        let (domain, tag) = (parts.next()?, parts.next()?);
        Some(Key(["tag/", domain, "/", tag].concat()))
    }

    /// The alias that an entry names; nothing for a key that is no index entry.
    pub(crate) fn alias(index_entry: &Key) -> Option<Alias> {
        let (rest, _token) = index_entry.0.rsplit_once('/')?;
        let (_, alias) = rest.rsplit_once('/')?;
        unescape(alias).map(Alias::stored)
    }
}

impl Domain {
    /// The domain whose record has this key; nothing for any other key.
    pub(crate) fn from_record_key(key: &Key) -> Option<Self> {
        unescape(key.0.strip_prefix(Prefix::domains().as_str())?).map(Self::stored)
    }
}

impl AbuseReportId {
    /// The report whose record or index entry has this key.
    pub(crate) fn from_key(key: &Key) -> Self {
        Self::stored(key.last_part().to_owned())
    }
}

impl Tag {
    /// The tag of a tag marker; nothing for any other key.
    pub(crate) fn from_marker(marker: &Key) -> Option<Self> {
        let (_, tag) = marker.0.rsplit_once('/')?;
        unescape(tag).map(Self::stored)
    }
}

/// Whether a byte is not escaped.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'-')
}

/// The same in a domain. Its dots are between labels, so no part is `.` or `..`.
fn is_plain_in_domain(byte: u8) -> bool {
    is_plain(byte) || byte == b'.'
}

fn escape(key: &mut String, text: &str, is_plain: fn(u8) -> bool) {
    if text.bytes().all(is_plain) {
        key.push_str(text);
        return;
    }
    for byte in text.bytes() {
        if is_plain(byte) {
            key.push(char::from(byte));
        } else {
            let _ = write!(key, "={byte:02x}");
        }
    }
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let plain = if byte == b'=' {
            let digits = [rest.next()?, rest.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
        } else {
            byte
        };
        bytes.push(plain);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alias::AliasCase;

    fn domain(text: &str) -> Domain {
        Domain::parse(text).unwrap()
    }

    #[test]
    fn cache_url_is_on_the_domain_of_the_link() {
        for (host, alias, url) in [
            ("hop.example", "docs", "https://hop.example/link/hop.example/docs"),
            ("hop.example", "a.b/é", "https://hop.example/link/hop.example/a=2eb=2f=c3=a9"),
            ("[::1]", "docs", "https://[::1]/link/=5b=3a=3a1=5d/docs"),
        ] {
            let key = Key::link(&domain(host), &Alias::stored(alias.to_owned()));
            assert_eq!(key.cache_url(), url);
            assert_eq!(url::Url::parse(url).unwrap().as_str(), url, "the URL is in its normal form");
        }
        assert_eq!(Key::domain(&domain("hop.example")).cache_url(), "https://hop.example/domain/hop.example");
    }

    fn alias(text: &str) -> Alias {
        Alias::parse(text, AliasCase::Sensitive).unwrap()
    }

    #[test]
    fn link_key_is_readable() {
        for (host, text, key) in [
            ("hop.example", "docs", "link/hop.example/docs"),
            ("hop.example", "a.b_c~d-e", "link/hop.example/a=2eb_c~d-e"),
            ("hop.example", "é", "link/hop.example/=c3=a9"),
            ("[::1]", "x", "link/=5b=3a=3a1=5d/x"),
        ] {
            assert_eq!(Key::link(&domain(host), &alias(text)).as_str(), key);
        }
    }

    fn link(host: &str, text: &str, millis: u64) -> Link {
        Link { domain: domain(host), alias: alias(text), created_at: Timestamp::from_millis(millis), ..Link::example() }
    }

    #[test]
    fn longest_keys_fit_both_stores() {
        let host = format!("{}.{}", "a".repeat(60), "b".repeat(59));
        let text = "é".repeat(64);
        assert_eq!(host.len(), 120);
        assert_eq!(Key::link(&domain(&host), &alias(&text)).as_str().len(), 510);
        let (link, tag) = (link(&host, &text, 0), Tag::stored("é".repeat(32)));
        let owner = UserId::stored(format!("usr_{}", "1".repeat(17)));
        let token = format!("{}-{}", "1".repeat(17), u64::MAX);
        let index_entries = [
            index_entry::by_time(&link, &token),
            index_entry::by_tag(&link, &tag, &token),
            index_entry::by_owner(&link, &owner, &token),
            index_entry::by_target(&link, &token),
            index_entry::crawlable(&link, &token),
            index_entry::by_word(&link, &"é".repeat(24)),
        ];
        for key in index_entries.iter().cloned().chain(index_entry::tag_marker(&index_entries[1])) {
            assert!(key.as_str().len() <= 1_024, "{}", key.as_str());
        }
    }

    #[test]
    fn index_entry_names_its_alias() {
        for text in ["docs", "a.b", "日本", "..a", "🎉"] {
            let link = link("hop.example", text, 5);
            let by_tag = index_entry::by_tag(&link, &Tag::stored("a/b".into()), "t");
            for index_entry in
                [index_entry::by_time(&link, "t"), index_entry::by_target(&link, "t"), index_entry::crawlable(&link, "t"), by_tag]
            {
                assert_eq!(index_entry::alias(&index_entry), Some(alias(text)), "{}", index_entry.as_str());
            }
        }
    }

    #[test]
    fn word_entry_has_a_prefix_and_a_sort_key() {
        let entry = index_entry::by_word(&link("hop.example", "a.b", 5), "été");
        assert_eq!(entry.as_str(), "by-word/hop.example/=c3=a9t=c3=a9/fffffffffffffffa/a=2eb");
        for (beginning, expected) in [("", true), ("é", true), ("ét", true), ("été", true), ("étés", false), ("e", false)] {
            let prefix = Prefix::by_word(&domain("hop.example"), beginning);
            assert_eq!(entry.as_str().starts_with(prefix.as_str()), expected, "{beginning}");
        }
        let sort_key = index_entry::sort_key(&entry).unwrap();
        assert_eq!(index_entry::parse_sort_key(sort_key), Some(("fffffffffffffffa", alias("a.b"))));
        assert_eq!(index_entry::sort_key(&Key::stored("by-word/hop.example/x".into())), None);
        assert_eq!((index_entry::parse_sort_key("x"), index_entry::parse_sort_key("x/=zz")), (None, None));
    }

    #[test]
    fn other_keys_name_no_alias() {
        for key in ["", "x", "by-time/", "a/=zz/t", "a/=c3/t", "a/=2/t"] {
            let found = index_entry::alias(&Key::stored(key.into()));
            assert!(found.is_none_or(|alias| alias.as_str().is_empty()), "{key}");
        }
    }

    #[test]
    fn newer_entries_come_first_within_their_domain() {
        let index_entry = |host, millis| index_entry::by_time(&link(host, "a", millis), "t");
        let (newer, older) = (index_entry("hop.example", 2_000), index_entry("hop.example", 1_999));
        assert!(newer < older);
        let prefix = Prefix::by_time(&domain("hop.example"));
        for key in [&newer, &older] {
            assert!(key.as_str().starts_with(prefix.as_str()) && key.as_str() < prefix.end().as_str());
        }
        let other = index_entry("hop.example.org", 2_000);
        assert!(!other.as_str().starts_with(prefix.as_str()));
    }

    #[test]
    fn prefix_may_end_within_an_alias() {
        let host = domain("hop.example");
        let prefix = |text: &str| Prefix::links(&host, &AliasPrefix::parse(text, AliasCase::Sensitive).unwrap());
        for (text, inside, outside) in [
            ("do", vec!["do", "docs", "do~", "do.x", "doé", "do🎉"], vec!["d", "dn~", "dp", "dO"]),
            ("a~", vec!["a~", "a~z"], vec!["a", "ab", "b"]),
            ("é", vec!["é", "éa"], vec!["e", "è", "ê"]),
            ("v1.", vec!["v1.2"], vec!["v1", "v1-", "v1_"]),
        ] {
            let prefix = prefix(text);
            let is_in = |alias_: &str| {
                let key = Key::link(&host, &alias(alias_));
                let (from, to) = (prefix.as_str(), prefix.end());
                assert_eq!(key.as_str().starts_with(from), (from..to.as_str()).contains(&key.as_str()), "{alias_} and {text}");
                key.as_str().starts_with(from)
            };
            assert!(inside.iter().all(|alias| is_in(alias)) && !outside.iter().any(|alias| is_in(alias)), "{text}");
        }
    }

    #[test]
    fn prefix_covers_all_entries_between_two_moments() {
        let host = domain("hop.example");
        let at = Timestamp::from_millis;
        for (earliest, latest) in [(0, 0), (0, 1), (1_795_248_000_000, 1_795_248_003_600), (5, u64::MAX), (0xFFFF, 0x1_0000)] {
            let prefix = Prefix::by_time(&host).between(at(earliest), at(latest));
            for millis in [earliest, earliest + (latest - earliest) / 2, latest] {
                let index_entry = index_entry::by_time(&link("hop.example", "x", millis), "t");
                assert!(index_entry.as_str().starts_with(prefix.as_str()), "{millis} between {earliest} and {latest}");
                assert!((prefix.as_str()..prefix.end().as_str()).contains(&index_entry.as_str()));
            }
        }
        let narrow = Prefix::by_time(&host).between(at(1_795_248_000_000), at(1_795_248_000_255));
        assert_eq!(narrow.as_str(), "by-time/hop.example/fffffe5e02e173", "as narrow as hexadecimal digits allow");
    }

    #[test]
    fn entry_shows_whether_its_link_is_too_old() {
        let index_entry = index_entry::by_tag(&link("hop.example", "x", 5), &Tag::stored("a/b".into()), "t");
        assert_eq!([4, 5, 6].map(|millis| index_entry::is_before(&index_entry, Timestamp::from_millis(millis))), [false, false, true]);
        assert!(!index_entry::is_before(&Key::stored("x".into()), Timestamp::from_millis(6)));
    }

    #[test]
    fn tag_is_no_prefix_of_another_tag() {
        let (host, tag) = (domain("hop.example"), |text: &str| Tag::stored(text.into()));
        assert_eq!(Prefix::by_tag(&host, &tag("a/b")).as_str(), "by-tag/hop.example/a=2fb/");
        let index_entry = index_entry::by_tag(&link("hop.example", "x", 1), &tag("a/é"), "t");
        let marker = index_entry::tag_marker(&index_entry).unwrap();
        assert_eq!((marker.as_str(), Tag::from_marker(&marker)), ("tag/hop.example/a=2f=c3=a9", Some(tag("a/é"))));
        assert_eq!(index_entry::tag_marker(&index_entry::by_time(&link("hop.example", "x", 1), "t")), None);
        let index_entry = index_entry::by_tag(&link("hop.example", "x", 1), &tag("ab"), "t");
        assert!(!index_entry.as_str().starts_with(Prefix::by_tag(&host, &tag("a")).as_str()));
    }
}
