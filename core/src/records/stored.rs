//! Stored forms: the JSON of records. Each carries the version of its schema; domain types never meet serde.

use serde::{Deserialize, Serialize};

use super::change::hints_of;
use super::object::object;
use super::stored_spec::{self, StoredSpec};
use super::tokens::remember;
use super::{Change, Expect, Key};
use crate::alias::Alias;
use crate::domain::Domain;
use crate::link::{Link, LinkId};
use crate::ports::{Guard, Record, StoreError};
use crate::target::Target;
use crate::time::Timestamp;
use crate::tree::Tree;

/// The version of all stored forms.
const SCHEMA: u8 = 1;

/// Written with a `StoredSpec`, read with a `Tree` in its place.
#[derive(Serialize, Deserialize)]
struct StoredLink<S> {
    v: Schema,
    id: String,
    alias: String,
    domain: String,
    target: String,
    spec: S,
    created_at: u64,
    updated_at: u64,
    deleted_at: Option<u64>,
    version: u64,
    /// The commit that created the record, kept for good.
    created_token: String,
    /// The latest commits, newest last.
    recent_tokens: Vec<String>,
    /// The commit that last wrote hints; every hint ends in it.
    hint_token: String,
}

pub(super) fn parse<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, StoreError> {
    let mut json = serde_json::Deserializer::from_slice(value);
    let read = object(&mut json).and_then(|stored| json.end().map(|()| stored));
    read.map_err(|error: serde_json::Error| StoreError::Corrupt(format!("a stored record is unreadable: {error}")))
}

fn to_json(stored: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(stored).map_err(|error| StoreError::Corrupt(format!("a record cannot be written: {error}")))
}

/// The version of a stored form. A form of a later hop is refused, not guessed at.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub(super) struct Schema;

impl TryFrom<u8> for Schema {
    type Error = String;

    fn try_from(version: u8) -> Result<Self, Self::Error> {
        if version == SCHEMA { Ok(Self) } else { Err(format!("schema {version} is not known, only {SCHEMA}")) }
    }
}

impl From<Schema> for u8 {
    fn from(_: Schema) -> Self {
        SCHEMA
    }
}

/// A link and what the store needs to know beside it.
#[derive(Clone, Debug)]
pub(crate) struct LinkRecord {
    pub(crate) link: Link,
    created_token: String,
    recent_tokens: Vec<String>,
    hint_token: String,
    guard: Guard,
}

impl LinkRecord {
    pub(crate) fn read(record: &Record) -> Result<Self, StoreError> {
        let stored: StoredLink<Tree> = parse(&record.value)?;
        Ok(Self {
            link: Link {
                id: LinkId::stored(stored.id),
                alias: Alias::stored(stored.alias),
                domain: Domain::stored(stored.domain),
                target: Target::stored(stored.target),
                spec: stored_spec::read(stored.spec)?,
                created_at: Timestamp::from_millis(stored.created_at),
                updated_at: Timestamp::from_millis(stored.updated_at),
                deleted_at: stored.deleted_at.map(Timestamp::from_millis),
                version: stored.version,
            },
            created_token: stored.created_token,
            recent_tokens: stored.recent_tokens,
            hint_token: stored.hint_token,
            guard: record.guard.clone(),
        })
    }

    /// Whether the hint at `key` may be believed.
    pub(crate) fn yields(&self, key: &Key) -> bool {
        hints_of(&self.link, &self.hint_token).contains(key)
    }

    /// The change that creates `link`.
    pub(crate) fn creation(link: &Link, token: String) -> Result<Change, StoreError> {
        let gains = hints_of(link, &token);
        let value = write_link(link, &token, vec![token.clone()], &token)?;
        Ok(Change {
            key: Key::link(&link.domain, &link.alias),
            expect: Expect::Absent,
            value,
            token,
            gains,
            drops: Vec::new(),
            repeated: false,
        })
    }

    /// The change that makes this record say `link`, an edit of what it says now. The hints stay as they are where they can.
    pub(crate) fn edit(&self, link: &Link, token: String) -> Result<Change, StoreError> {
        let before = hints_of(&self.link, &self.hint_token);
        let same = hints_of(link, &self.hint_token) == before;
        let hint_token = if same { &self.hint_token } else { &token };
        let (gains, drops) = if same { (Vec::new(), Vec::new()) } else { (hints_of(link, hint_token), before) };
        let recent_tokens = remember(&self.recent_tokens, &token);
        let value = write_link(link, &self.created_token, recent_tokens, hint_token)?;
        Ok(Change {
            key: Key::link(&link.domain, &link.alias),
            expect: Expect::Unchanged(self.guard.clone()),
            value,
            token,
            gains,
            drops,
            repeated: false,
        })
    }
}

fn write_link(link: &Link, created_token: &str, recent_tokens: Vec<String>, hint_token: &str) -> Result<String, StoreError> {
    to_json(&StoredLink {
        v: Schema,
        id: link.id.as_str().to_owned(),
        alias: link.alias.as_str().to_owned(),
        domain: link.domain.as_str().to_owned(),
        target: link.target.as_str().to_owned(),
        spec: StoredSpec::of(&link.spec),
        created_at: link.created_at.as_millis(),
        updated_at: link.updated_at.as_millis(),
        deleted_at: link.deleted_at.map(Timestamp::as_millis),
        version: link.version,
        created_token: created_token.to_owned(),
        recent_tokens,
        hint_token: hint_token.to_owned(),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredTotal {
    v: Schema,
    clicks: u64,
    created_token: String,
    recent_tokens: Vec<String>,
}

/// How often a link was followed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Total {
    pub(crate) clicks: u64,
    created_token: Option<String>,
    recent_tokens: Vec<String>,
    guard: Option<Guard>,
}

impl Total {
    pub(crate) fn read(record: &Record) -> Result<Self, StoreError> {
        let stored: StoredTotal = parse(&record.value)?;
        Ok(Self {
            clicks: stored.clicks,
            created_token: Some(stored.created_token),
            recent_tokens: stored.recent_tokens,
            guard: Some(record.guard.clone()),
        })
    }

    /// The change that adds `clicks` to the total of `link`.
    pub(crate) fn plus(&self, clicks: u64, link: &LinkId, token: String) -> Result<Change, StoreError> {
        let total = StoredTotal {
            v: Schema,
            clicks: self.clicks.saturating_add(clicks),
            created_token: self.created_token.clone().unwrap_or_else(|| token.clone()),
            recent_tokens: remember(&self.recent_tokens, &token),
        };
        Ok(Change {
            key: Key::total(link),
            expect: self.guard.clone().map_or(Expect::Absent, Expect::Unchanged),
            value: to_json(&total)?,
            token,
            gains: Vec::new(),
            drops: Vec::new(),
            repeated: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alias::AliasCase;
    use crate::link::RedirectStatus;
    use crate::spec::Spec;
    use crate::spec::tests::everything;

    fn link() -> Link {
        Link {
            id: LinkId::stored("lnk_1".into()),
            alias: Alias::parse("docs", AliasCase::Sensitive).unwrap(),
            domain: Domain::parse("hop.example").unwrap(),
            target: Target::stored("https://example.com/".into()),
            spec: Spec { redirect_status: RedirectStatus::Permanent, ..everything() },
            created_at: Timestamp::from_millis(1_000),
            updated_at: Timestamp::from_millis(2_000),
            deleted_at: Some(Timestamp::from_millis(3_000)),
            version: 7,
        }
    }

    fn stored(change: &Change) -> Record {
        Record { value: change.value.clone().into_bytes(), guard: Guard(format!("guard of {}", change.token)) }
    }

    #[test]
    fn a_link_comes_back_as_it_was_stored() {
        let change = LinkRecord::creation(&link(), "t0".into()).unwrap();
        assert_eq!(change.key.as_str(), "link/hop.example/docs");
        assert_eq!(change.expect, Expect::Absent);
        let record = LinkRecord::read(&stored(&change)).unwrap();
        assert_eq!(record.link, link());
        assert_eq!(change.gains.len(), 1);
        assert!(record.yields(&change.gains[0]));
    }

    #[test]
    fn an_edit_is_guarded_by_what_was_read_and_keeps_the_hints_that_still_hold() {
        let creation = LinkRecord::creation(&link(), "t0".into()).unwrap();
        let record = LinkRecord::read(&stored(&creation)).unwrap();
        let target = Target::stored("https://example.org/".into());
        let edit = record.edit(&Link { target: target.clone(), ..link() }, "t1".into()).unwrap();
        assert_eq!(edit.expect, Expect::Unchanged(Guard("guard of t0".into())));
        assert_eq!((edit.gains.len(), edit.drops.len()), (0, 0));
        let edited = LinkRecord::read(&stored(&edit)).unwrap();
        assert_eq!(edited.link.target, target);
        assert!(edited.yields(&creation.gains[0]));
    }

    #[test]
    fn an_edit_replaces_the_hints_it_makes_wrong() {
        let creation = LinkRecord::creation(&link(), "t0".into()).unwrap();
        let record = LinkRecord::read(&stored(&creation)).unwrap();
        let created_at = Timestamp::from_millis(9_000);
        let edit = record.edit(&Link { created_at, ..link() }, "t1".into()).unwrap();
        assert_eq!(edit.drops, creation.gains);
        let edited = LinkRecord::read(&stored(&edit)).unwrap();
        assert!(edited.yields(&edit.gains[0]) && !edited.yields(&creation.gains[0]));
        assert!(edit.gains[0].as_str().ends_with("/t1"));
    }

    /// What the change leaves in the record: who created it, and its latest commits.
    fn tokens(change: &Change) -> (String, Vec<String>) {
        let json: serde_json::Value = serde_json::from_str(&change.value).unwrap();
        let recent = json["recent_tokens"].as_array().unwrap().iter().map(|token| token.as_str().unwrap().to_owned());
        (json["created_token"].as_str().unwrap().to_owned(), recent.collect())
    }

    #[test]
    fn a_record_carries_its_creation_and_its_latest_commits() {
        let mut change = LinkRecord::creation(&link(), "t0".into()).unwrap();
        assert_eq!(tokens(&change), ("t0".into(), vec!["t0".into()]));
        for number in 1..=10 {
            let record = LinkRecord::read(&stored(&change)).unwrap();
            change = record.edit(&link(), format!("t{number}")).unwrap();
        }
        assert_eq!(tokens(&change), ("t0".into(), (3..=10).map(|number| format!("t{number}")).collect()));
    }

    #[test]
    fn a_total_adds_up_and_carries_its_creation_and_its_latest_commits() {
        let id = LinkId::stored("lnk_1".into());
        let mut total = Total::default();
        let mut expected = Expect::Absent;
        for number in 1..=9 {
            let change = total.plus(number, &id, format!("t{number}")).unwrap();
            assert_eq!((change.key.as_str(), &change.expect), ("stats/lnk_1/total", &expected));
            let first = number.saturating_sub(7).max(1);
            assert_eq!(tokens(&change), ("t1".into(), (first..=number).map(|number| format!("t{number}")).collect()));
            let record = stored(&change);
            expected = Expect::Unchanged(record.guard.clone());
            total = Total::read(&record).unwrap();
        }
        assert_eq!(total.clicks, 45);
        let full = Total { clicks: u64::MAX, ..total };
        let change = full.plus(1, &id, "t".into()).unwrap();
        assert_eq!(Total::read(&stored(&change)).unwrap().clicks, u64::MAX);
    }

    #[test]
    fn a_form_of_another_schema_is_refused() {
        let change = LinkRecord::creation(&link(), "t0".into()).unwrap();
        for (from, to) in [("\"v\":1", "\"v\":2"), ("\"redirect_status\":308", "\"redirect_status\":200"), ("{", "")] {
            let value = change.value.replacen(from, to, 1).into_bytes();
            let record = Record { value, guard: Guard(String::new()) };
            assert!(matches!(LinkRecord::read(&record), Err(StoreError::Corrupt(_))), "{to}");
        }
    }
}
