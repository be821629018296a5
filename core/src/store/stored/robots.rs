//! The stored form of the text of `robots.txt`.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::store::RobotsText;
use crate::store::guarded_record::RecordValue;
use crate::store::ports::StoreError;

/// The text, and when it was generated.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredRobots<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    made_at: Millis,
    text: Cow<'a, str>,
    tokens: Tokens,
}

impl RecordValue for RobotsText {
    type Stored<'a> = StoredRobots<'a>;

    fn store(&self, tokens: Tokens) -> StoredRobots<'_> {
        StoredRobots { schema: SchemaVersion, made_at: self.made_at.into(), text: Cow::from(&self.text), tokens }
    }

    fn restore(stored: StoredRobots<'_>) -> Result<(Self, Tokens), StoreError> {
        Ok((Self { made_at: stored.made_at.into(), text: stored.text.into_owned() }, stored.tokens))
    }
}
