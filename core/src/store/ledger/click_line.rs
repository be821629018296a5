//! Click lines: an edge with log endpoints writes one line for each click, and `POST /api/v1/ingest` counts it later.
//!
//! A line has no address and no user agent. It names the deployment that wrote it, and its proof shows that this
//! deployment wrote it as it is: both come from the pepper. So the receiver need not read the link of a line, which
//! exists or was erased since.

use crate::model::digest::{KeyedDigest, Pepper};
use crate::model::stats::ClickEvent;
use crate::model::time::Timestamp;
use crate::store::ledger::FailedVisit;
use crate::store::ledger::stored::click_line::{self as stored, StoredLine};
use crate::store::ports::StoreError;

/// How old a line may be. An edge without a ledger counts a segment for the last time a day after its end.
pub(crate) const MAX_AGE_MILLIS: u64 = 24 * 60 * 60 * 1_000;

/// How far in the future a line may be: the clocks of edges differ.
const MAX_AHEAD_MILLIS: u64 = 5 * 60 * 1_000;

/// Longest line in bytes. The longest event has less than half of it.
pub(crate) const LINE_BYTES: usize = 8 * 1_024;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ClickLine {
    Click(ClickEvent),
    Failed(FailedVisit),
}

/// A line that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadLine {
    /// The time that the line has, whether or not it is counted.
    pub(crate) at: Option<Timestamp>,
    pub(crate) line: Result<ClickLine, LineFault>,
}

/// The key that proves who wrote a line.
#[derive(Debug)]
pub(crate) struct LineKey {
    key: KeyedDigest,
    deployment: String,
}

/// Why a line is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineFault {
    TooLong,
    Unreadable,
    OtherDeployment,
    Altered,
    TooOld,
    TooNew,
}

impl LineKey {
    pub(crate) fn new(pepper: &Pepper) -> Self {
        let key = pepper.digest("click line", &[]);
        Self { key, deployment: key.derive("deployment", &[]).name() }
    }

    /// The proof that `content` was written by this deployment.
    fn proof(&self, content: &str) -> String {
        self.key.derive("proof", &[content.as_bytes()]).name()
    }
}

impl ClickLine {
    /// The line, without a line break.
    pub(crate) fn encode(&self, key: &LineKey) -> Result<String, StoreError> {
        let content = stored::write_content(self)?;
        StoredLine { deployment: key.deployment.clone(), proof: key.proof(content.get()), content }.encode()
    }

    /// Reads a line that was written under one of `keys`.
    pub(crate) fn read(line: &[u8], keys: &[LineKey], now: Timestamp) -> ReadLine {
        let fault = |fault| ReadLine { at: None, line: Err(fault) };
        if line.len() > LINE_BYTES {
            return fault(LineFault::TooLong);
        }
        let Ok(stored) = StoredLine::decode(line) else { return fault(LineFault::Unreadable) };
        let content = stored::read_content(&stored.content).map_err(|_| LineFault::Unreadable);
        let at = content.as_ref().ok().map(Self::at);
        ReadLine { at, line: stored.check_writer(keys).and(content).and_then(|line| line.check_age(now)) }
    }

    fn check_age(self, now: Timestamp) -> Result<Self, LineFault> {
        let at = self.at();
        if now.millis_since(at) > MAX_AGE_MILLIS {
            Err(LineFault::TooOld)
        } else if at.millis_since(now) > MAX_AHEAD_MILLIS {
            Err(LineFault::TooNew)
        } else {
            Ok(self)
        }
    }

    fn at(&self) -> Timestamp {
        match self {
            Self::Click(event) => event.at,
            Self::Failed(failed) => failed.at,
        }
    }
}

impl StoredLine {
    /// Checks that this deployment wrote the line as it is, under one of `keys`.
    fn check_writer(&self, keys: &[LineKey]) -> Result<(), LineFault> {
        let key = keys.iter().find(|key| key.deployment == self.deployment).ok_or(LineFault::OtherDeployment)?;
        if key.proof(self.content.get()) == self.proof { Ok(()) } else { Err(LineFault::Altered) }
    }
}

impl LineFault {
    /// What is wrong, for people.
    pub(crate) fn detail(self) -> String {
        match self {
            Self::TooLong => format!("the line has more than {LINE_BYTES} bytes"),
            Self::Unreadable => "this is not a complete line of a click log".to_owned(),
            Self::OtherDeployment => "the line was written by another deployment: both must have the same HOP_PEPPER".to_owned(),
            Self::Altered => "the proof does not match: the line was changed after it was written".to_owned(),
            Self::TooOld => format!("the click is more than {} hours old and cannot be counted any more", MAX_AGE_MILLIS / 3_600_000),
            Self::TooNew => "the click is in the future: check the clocks".to_owned(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::model::stats::{FailedVisits, Failure, VisitorClick};

    const NOW: u64 = 1_795_248_000_000;

    fn key(pepper: &str) -> LineKey {
        LineKey::new(&Pepper::new(pepper))
    }

    fn click(millis: u64) -> ClickLine {
        let mut event = VisitorClick::example("lnk_1", Timestamp::from_millis(millis)).into_event(None);
        event.values.sort_by_key(|(dimension, _)| dimension.name());
        ClickLine::Click(event)
    }

    fn read(line: &[u8]) -> Result<ClickLine, LineFault> {
        ClickLine::read(line, &[key("p"), key("old")], Timestamp::from_millis(NOW)).line
    }

    #[test]
    fn line_is_read_back_under_each_pepper() {
        let (domain, at) = ("hop.example".to_owned(), Timestamp::from_millis(NOW));
        let failed = ClickLine::Failed(FailedVisit { domain, at, counts: FailedVisits::one(Failure::Root) });
        for line in [click(NOW), click(NOW - MAX_AGE_MILLIS), click(NOW + MAX_AHEAD_MILLIS), failed] {
            for pepper in ["p", "old"] {
                let text = line.encode(&key(pepper)).unwrap();
                assert!(!text.contains('\n') && text.len() < LINE_BYTES / 2);
                assert_eq!(read(text.as_bytes()), Ok(line.clone()), "{text}");
            }
        }
    }

    #[test]
    fn every_beginning_of_a_line_is_unreadable() {
        let text = click(NOW).encode(&key("p")).unwrap();
        for end in 0..text.len() {
            assert_eq!(read(&text.as_bytes()[..end]), Err(LineFault::Unreadable), "{end}");
        }
    }

    #[test]
    fn wrong_lines_are_told_apart() {
        let text = click(NOW).encode(&key("p")).unwrap();
        let altered = text.replace("lnk_1", "lnk_2");
        assert_ne!(text, altered);
        let foreign = click(NOW).encode(&key("q")).unwrap();
        let claimed = foreign.replace(&key("q").deployment, &key("p").deployment);
        let other_version = text.replace("\"v\":1", "\"v\":2");
        for (line, fault) in [
            (altered.as_bytes(), LineFault::Altered),
            (claimed.as_bytes(), LineFault::Altered),
            (foreign.as_bytes(), LineFault::OtherDeployment),
            (other_version.as_bytes(), LineFault::Unreadable),
            (&[b' '; LINE_BYTES + 1], LineFault::TooLong),
            (b"\xff", LineFault::Unreadable),
            (b"[1]", LineFault::Unreadable),
            (click(NOW - MAX_AGE_MILLIS - 1).encode(&key("p")).unwrap().as_bytes(), LineFault::TooOld),
            (click(NOW - 40 * MAX_AGE_MILLIS).encode(&key("p")).unwrap().as_bytes(), LineFault::TooOld),
            (click(NOW + MAX_AHEAD_MILLIS + 1).encode(&key("p")).unwrap().as_bytes(), LineFault::TooNew),
        ] {
            assert_eq!(read(line), Err(fault), "{}", String::from_utf8_lossy(line));
            assert!(!fault.detail().is_empty());
        }
    }
}
