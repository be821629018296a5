//! The stored form of a request with an idempotency key.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::tokens::Tokens;
use super::{Millis, SchemaVersion};
use crate::store::idempotency::{IdempotentRequest, RecordedResponse};

/// A request with an idempotency key.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct StoredIdempotency<'a> {
    #[serde(rename = "v")]
    schema: SchemaVersion,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Cow<'a, str>>,
    nonce: Cow<'a, str>,
    first_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    running_since: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<StoredAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<Cow<'a, str>>,
    tokens: Tokens,
}

/// The recorded response.
#[derive(Serialize, Deserialize)]
struct StoredAnswer<'a> {
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Cow<'a, str>>,
    body: Cow<'a, str>,
}

impl<'a> StoredIdempotency<'a> {
    pub(in crate::store) fn new(request: &'a IdempotentRequest, tokens: Tokens) -> Self {
        Self {
            schema: SchemaVersion,
            body: request.body.as_deref().map(Cow::from),
            nonce: Cow::from(&request.nonce),
            first_at: request.first_at.into(),
            running_since: request.running_since.map(Millis::from),
            answer: request.answer.as_ref().map(StoredAnswer::from),
            progress: request.progress.as_deref().map(Cow::from),
            tokens,
        }
    }

    pub(in crate::store) fn into_parts(self) -> (IdempotentRequest, Tokens) {
        let request = IdempotentRequest {
            body: self.body.map(Cow::into_owned),
            nonce: self.nonce.into_owned(),
            first_at: self.first_at.into(),
            running_since: self.running_since.map(Into::into),
            answer: self.answer.map(RecordedResponse::from),
            progress: self.progress.map(Cow::into_owned),
        };
        (request, self.tokens)
    }
}

impl<'a> From<&'a RecordedResponse> for StoredAnswer<'a> {
    fn from(answer: &'a RecordedResponse) -> Self {
        Self {
            status: answer.status,
            etag: answer.etag.as_deref().map(Cow::from),
            location: answer.location.as_deref().map(Cow::from),
            body: Cow::from(&answer.body),
        }
    }
}

impl From<StoredAnswer<'_>> for RecordedResponse {
    fn from(stored: StoredAnswer<'_>) -> Self {
        Self {
            status: stored.status,
            etag: stored.etag.map(Cow::into_owned),
            location: stored.location.map(Cow::into_owned),
            body: stored.body.into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::stored;

    #[test]
    fn request_is_stored_and_read_back() {
        for json in [
            r#"{"v":1,"nonce":"n","first_at":1,"tokens":{"created":"t","recent":["t"]}}"#,
            concat!(
                r#"{"v":1,"body":"b","nonce":"n","first_at":1,"running_since":2,"#,
                r#""answer":{"status":201,"etag":"\"1\"","location":"/x","body":"{\"a\":\"é\"}"},"tokens":{"created":"t","recent":["t","u"]}}"#
            ),
        ] {
            let (request, tokens) = stored::read::<StoredIdempotency<'_>>(json.as_bytes()).unwrap().into_parts();
            assert_eq!(stored::write(&StoredIdempotency::new(&request, tokens)).unwrap(), json);
        }
    }
}
