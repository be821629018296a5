//! The progress of folding: one record of the deployment.

use std::collections::BTreeMap;

use crate::model::time::Timestamp;
use crate::store::ports::{Guard, Record, StoreError};
use crate::store::segments::stored;
use crate::store::segments::{Pass, Segment, Slice};
use crate::store::{Change, Expect, Key};

/// What has been folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FoldProgress {
    /// Where the first pass continues. All earlier segments were folded once.
    pub(crate) first: FoldPosition,
    /// Where the last pass continues. All earlier segments are sealed.
    pub(crate) last: FoldPosition,
    /// The number of keys that were folded, by slice, of segments that are not sealed. Keys are only added, so the same
    /// number means the same keys.
    pub(crate) counts: BTreeMap<(Segment, Slice), u32>,
    /// The guard of the record; nothing before the first write.
    pub(crate) guard: Option<Guard>,
}

/// A position in the order of folding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FoldPosition {
    pub(crate) segment: Segment,
    pub(crate) slice: Slice,
    /// If some documents of this slice are still to be written: the last one that was written, and the number of keys
    /// that were listed. If more keys are listed later, all documents are written again.
    pub(crate) after: Option<(String, u32)>,
}

impl FoldPosition {
    /// The beginning of a segment.
    pub(crate) fn start_of(segment: Segment) -> Self {
        Self { segment, ..Self::default() }
    }

    /// The position after this slice.
    pub(crate) fn next(&self) -> Self {
        match self.slice.next() {
            Some(slice) => Self { segment: self.segment, slice, after: None },
            None => Self::start_of(self.segment.next()),
        }
    }

    /// The position at the first part of this slice.
    pub(crate) fn first_part(&self) -> Self {
        Self { segment: self.segment, slice: self.slice.first_part(), after: None }
    }

    /// Whether this is the beginning of a segment.
    pub(crate) fn is_start(&self) -> bool {
        self.slice.as_str().is_empty() && self.after.is_none()
    }
}

impl FoldProgress {
    pub(crate) fn decode(record: &Record) -> Result<Self, StoreError> {
        Ok(Self { guard: Some(record.guard.clone()), ..stored::read_progress(&record.value)? })
    }

    /// The progress of a deployment whose first click is in `segment`. The last pass begins as early as it can be due,
    /// because a click may come from a clock that is wrong.
    pub(crate) fn starting_at(segment: Segment, now: Timestamp) -> Self {
        let last = FoldPosition::start_of(segment.min(Pass::Last.end(now)));
        Self { first: FoldPosition::start_of(segment), last, ..Self::default() }
    }

    pub(crate) fn position(&self, pass: Pass) -> &FoldPosition {
        match pass {
            Pass::First => &self.first,
            Pass::Last => &self.last,
        }
    }

    /// Moves on. Counts of sealed segments are forgotten.
    pub(crate) fn move_to(&mut self, pass: Pass, position: FoldPosition) {
        match pass {
            Pass::First => self.first = position,
            Pass::Last => self.last = position,
        }
        self.counts = self.counts.split_off(&(self.last.segment, Slice::default()));
    }

    /// What is due at `now`: a segment of the first pass before one of the last.
    pub(crate) fn due(&self, now: Timestamp) -> Option<Pass> {
        let is_due = |pass: &Pass| self.position(*pass).segment < pass.end(now);
        // The last pass never overtakes the first one.
        let is_folded = |pass: &Pass| *pass == Pass::First || self.last.segment < self.first.segment;
        [Pass::First, Pass::Last].into_iter().find(|pass| is_due(pass) && is_folded(pass))
    }

    /// Notes that `keys` keys of a slice were folded.
    pub(crate) fn count(&mut self, segment: Segment, slice: &Slice, keys: u32) {
        self.counts.retain(|(known, other), _| *known != segment || !other.overlaps(slice));
        self.counts.insert((segment, slice.clone()), keys);
    }

    /// Whether this many keys of a slice were folded.
    pub(crate) fn is_folded(&self, segment: Segment, slice: &Slice, keys: u32) -> bool {
        self.counts.get(&(segment, slice.clone())) == Some(&keys)
    }

    /// The change that stores the progress.
    pub(crate) fn save(&self, token: String) -> Result<Change, StoreError> {
        let expect = self.guard.clone().map_or(Expect::Absent, Expect::Unchanged);
        Ok(Change::write_only(Key::fold_progress(), expect, stored::write_progress(self)?, token))
    }
}
