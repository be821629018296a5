//! Click totals: how often each link was followed.

use super::stored::tokens::Tokens;
use super::stored::{self, StoredTotal};
use super::{Change, Expect, Key, Written, write};
use crate::model::clicks::Clicks;
use crate::model::link::LinkId;
use crate::model::stats::VisitorClick;
use crate::store::id_source;
use crate::store::ports::{Edge, Guard, Record, Records as _, StoreError};

/// The clicks of a link, as they were read; zero if there is no record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Total {
    pub(crate) clicks: Clicks,
    tokens: Option<Tokens>,
    guard: Option<Guard>,
}

impl Total {
    pub(crate) fn decode(record: &Record) -> Result<Self, StoreError> {
        let stored: StoredTotal = stored::read(&record.value)?;
        Ok(Self { clicks: stored.clicks(), tokens: Some(stored.tokens), guard: Some(record.guard.clone()) })
    }

    /// The change that adds `clicks` to the total of `link`.
    pub(crate) fn plus(&self, clicks: Clicks, link: &LinkId, token: String) -> Result<Change, StoreError> {
        let sum = Clicks {
            humans: self.clicks.humans.saturating_add(clicks.humans),
            bots: self.clicks.bots.saturating_add(clicks.bots),
            previews: self.clicks.previews.saturating_add(clicks.previews),
        };
        let value = stored::write(&StoredTotal::new(sum, Tokens::after(self.tokens.as_ref(), &token)))?;
        let expect = self.guard.clone().map_or(Expect::Absent, Expect::Unchanged);
        Ok(Change::write_only(Key::total(link), expect, value, token))
    }
}

/// How often a count is retried after a conflict with another count.
const TRIES: u32 = 8;

/// Adds a click to the total of its link.
pub(crate) async fn count_click<E: Edge>(edge: &E, click: VisitorClick) -> Result<(), StoreError> {
    let records = edge.records();
    let event = click.into_event(None);
    let (link, mut click) = (&event.link, Clicks::default());
    click.add(event.kind, 1);
    for _ in 0..TRIES {
        let total = match records.get(&Key::total(link)).await? {
            Some(record) => Total::decode(&record)?,
            None => Total::default(),
        };
        let token = id_source::random_96(edge).map_err(|error| StoreError::Unavailable(error.0))?;
        if write(records, total.plus(click, link, token)?).await? == Written::Done {
            return Ok(());
        }
    }
    Err(StoreError::Unavailable(format!("the total of {link} changed {TRIES} times while it was being written")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::commit_tokens::tokens_of;

    #[test]
    fn total_adds_up_and_stores_its_commit_tokens() {
        let id = LinkId::stored("lnk_1".into());
        let mut total = Total::default();
        let mut expected = Expect::Absent;
        for number in 1..=9 {
            let change = total.plus(Clicks { humans: number, bots: 1, previews: 2 }, &id, format!("t{number}")).unwrap();
            assert_eq!((change.key.as_str(), &change.expect), ("stats/lnk_1/total", &expected));
            let first = number.saturating_sub(7).max(1);
            let tokens = (first..=number).map(|number| format!("t{number}")).collect();
            assert_eq!(tokens_of(&change.value), ("t1".into(), tokens));
            let record = stored(&change);
            expected = Expect::Unchanged(record.guard.clone());
            total = Total::decode(&record).unwrap();
        }
        assert_eq!(total.clicks, Clicks { humans: 45, bots: 9, previews: 18 });
        let most = Clicks { humans: u64::MAX, bots: u64::MAX, previews: u64::MAX };
        let full = Total { clicks: most, ..total };
        let change = full.plus(Clicks { humans: 1, bots: 1, previews: 1 }, &id, "t".into()).unwrap();
        assert_eq!(Total::decode(&stored(&change)).unwrap().clicks, most);
    }

    fn stored(change: &Change) -> Record {
        Record { value: change.value.clone().into_bytes(), guard: Guard(format!("guard of {}", change.token)) }
    }
}
