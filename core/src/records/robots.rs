//! What a domain tells robots, kept so that not everybody who asks has it worked out.

use super::kept::Keep;
use super::object::Object;
use crate::json::Members;
use crate::time::Timestamp;

/// The text of `robots.txt`, and when it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RobotsText {
    pub(crate) made_at: Timestamp,
    pub(crate) text: String,
}

impl Keep for RobotsText {
    fn read(stored: &mut Object) -> Self {
        Self { made_at: Timestamp::from_millis(stored.number("made_at")), text: stored.text("text") }
    }

    fn write(&self, stored: &mut Members) {
        stored.number("made_at", self.made_at.as_millis());
        stored.text("text", &self.text);
    }
}
