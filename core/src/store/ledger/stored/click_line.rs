//! The form of a click line: version, deployment, proof, and the content that the proof is about.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{StoredClickEvent, StoredFailedVisit};
use crate::store::ledger::click_line::ClickLine;
use crate::store::ports::StoreError;
use crate::store::stored::{SchemaVersion, read, write};

/// A line whose proof is not checked yet.
pub(in crate::store::ledger) struct StoredLine {
    pub(in crate::store::ledger) deployment: String,
    pub(in crate::store::ledger) proof: String,
    /// JSON, byte for byte as it was written.
    pub(in crate::store::ledger) content: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    deployment: String,
    proof: String,
    content: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content<'a> {
    Click(StoredClickEvent<'a>),
    Failed(StoredFailedVisit<'a>),
}

impl StoredLine {
    pub(in crate::store::ledger) fn encode(self) -> Result<String, StoreError> {
        let Self { deployment, proof, content } = self;
        write(&Line { schema: SchemaVersion, deployment, proof, content })
    }

    pub(in crate::store::ledger) fn decode(line: &[u8]) -> Result<Self, StoreError> {
        let Line { deployment, proof, content, .. } = read(line)?;
        Ok(Self { deployment, proof, content })
    }
}

pub(in crate::store::ledger) fn write_content(line: &ClickLine) -> Result<Box<RawValue>, StoreError> {
    let content = match line {
        ClickLine::Click(event) => Content::Click(event.into()),
        ClickLine::Failed(failed) => Content::Failed(failed.into()),
    };
    RawValue::from_string(write(&content)?).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub(in crate::store::ledger) fn read_content(content: &RawValue) -> Result<ClickLine, StoreError> {
    Ok(match read::<Content<'_>>(content.get().as_bytes())? {
        Content::Click(event) => ClickLine::Click(event.try_into()?),
        Content::Failed(failed) => ClickLine::Failed(failed.into()),
    })
}
