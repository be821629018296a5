//! Pagination cursors on the wire: the store's cursor, signed together with the list and the caller it was made for. It
//! is refused for any other list or caller.

use subtle::ConstantTimeEq as _;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::JsonValue;
use crate::message::problem::Problem;
use crate::model::base64;
use crate::model::digest::{KeyedDigest, Pepper};
use crate::model::field_error::FieldError;
use crate::store::ports::Edge;

/// Length of a signature: 128 bits of a digest, which cannot be guessed.
const SIGNATURE_BYTES: usize = 16;

/// Scope of a cursor: one list, read by one principal.
pub(crate) struct CursorScope<'a> {
    principal: &'a str,
    list: &'static str,
    query: &'a str,
}

/// A cursor as a client sent it, whose signature is not verified yet.
pub(crate) struct UnverifiedCursor {
    text: Vec<u8>,
    signature: [u8; SIGNATURE_BYTES],
}

impl UnverifiedCursor {
    pub(crate) fn parse(json_value: JsonValue) -> Result<Self, FieldError> {
        let bytes = base64::decode(&json_value.text()?).ok_or_else(invalid_cursor)?;
        let (text, signature) = bytes.split_last_chunk().ok_or_else(invalid_cursor)?;
        Ok(Self { text: text.to_vec(), signature: *signature })
    }
}

impl<'a> CursorScope<'a> {
    /// Scope of the list whose URLs begin with `list` and whose filter is `query`.
    pub(crate) fn new(authorized: &'a Authorized, list: &'static str, query: &'a str) -> Self {
        Self { principal: authorized.principal(), list, query }
    }

    /// Returns the text of a cursor if its signature is valid for this scope, under the current or the previous pepper.
    pub(crate) fn verify<E: Edge>(&self, context: &Context<'_, E>, cursor: UnverifiedCursor) -> Result<String, Problem> {
        let (digest, old_digest) = context.under_each_pepper(|pepper| self.digest(pepper, &cursor.text))?;
        let matches = |digest: KeyedDigest| {
            digest.as_bytes().first_chunk().is_some_and(|expected: &[u8; SIGNATURE_BYTES]| expected.ct_eq(&cursor.signature).into())
        };
        let is_valid = matches(digest) || old_digest.is_some_and(matches);
        let text = String::from_utf8(cursor.text).ok().filter(|_| is_valid);
        text.ok_or_else(|| Problem::wrong_field("cursor", invalid_cursor()))
    }

    /// Signs `text` and encodes both as a cursor for a URL.
    pub(crate) fn sign<E: Edge>(&self, context: &Context<'_, E>, text: String) -> Result<String, Problem> {
        let mut bytes = text.into_bytes();
        let digest = self.digest(context.pepper()?, &bytes);
        bytes.extend(digest.as_bytes().iter().take(SIGNATURE_BYTES));
        Ok(base64::encode(&bytes))
    }

    /// The whole digest; a signature is the first [`SIGNATURE_BYTES`] of it.
    fn digest(&self, pepper: &Pepper, cursor: &[u8]) -> KeyedDigest {
        pepper.digest("cursor", &[self.principal.as_bytes(), self.list.as_bytes(), self.query.as_bytes(), cursor])
    }
}

fn invalid_cursor() -> FieldError {
    FieldError::invalid("this cursor is not valid for this list; start again without it")
}
