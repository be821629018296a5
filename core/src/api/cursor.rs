//! Cursors on the wire: where a store's page begins, sealed with what it was made for, so that it opens nothing else.

use subtle::ConstantTimeEq as _;

use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::JsonValue;
use crate::message::problem::Problem;
use crate::model::base64;
use crate::model::digest::{KeyedDigest, Pepper};
use crate::model::field_error::FieldError;
use crate::store::ports::Edge;

/// 128 bits of a digest: more than anybody can guess.
const SEAL_BYTES: usize = 16;

/// What a cursor is good for: one list of one principal.
pub(crate) struct CursorScope<'a> {
    principal: &'a str,
    list: &'static str,
    query: &'a str,
}

/// A cursor as a client offers it. Nobody knows yet whether it is one of hop's.
pub(crate) struct UnverifiedCursor {
    text: Vec<u8>,
    seal: [u8; SEAL_BYTES],
}

impl UnverifiedCursor {
    pub(crate) fn parse(json_value: JsonValue) -> Result<Self, FieldError> {
        let bytes = base64::decode(&json_value.text()?).ok_or_else(unknown)?;
        let (text, seal) = bytes.split_last_chunk().ok_or_else(unknown)?;
        Ok(Self { text: text.to_vec(), seal: *seal })
    }
}

impl<'a> CursorScope<'a> {
    /// The list whose addresses begin with `list` and that `query` describes.
    pub(crate) fn new(authorized: &'a Authorized, list: &'static str, query: &'a str) -> Self {
        Self { principal: authorized.principal(), list, query }
    }

    /// What was sealed, if hop has sealed it for this purpose.
    pub(crate) fn open<E: Edge>(&self, context: &Context<'_, E>, offered: UnverifiedCursor) -> Result<String, Problem> {
        let (seal, old_seal) = context.under_each_pepper(|pepper| self.seal(pepper, &offered.text))?;
        let opens =
            |seal: KeyedDigest| seal.as_bytes().first_chunk().is_some_and(|seal: &[u8; SEAL_BYTES]| seal.ct_eq(&offered.seal).into());
        let is_ours = opens(seal) || old_seal.is_some_and(opens);
        let text = String::from_utf8(offered.text).ok().filter(|_| is_ours);
        text.ok_or_else(|| Problem::wrong_field("cursor", unknown()))
    }

    /// `text` as a cursor in an address.
    pub(crate) fn close<E: Edge>(&self, context: &Context<'_, E>, text: String) -> Result<String, Problem> {
        let mut bytes = text.into_bytes();
        let seal = self.seal(context.pepper()?, &bytes);
        bytes.extend(seal.as_bytes().iter().take(SEAL_BYTES));
        Ok(base64::encode(&bytes))
    }

    /// More than a seal takes.
    fn seal(&self, pepper: &Pepper, cursor: &[u8]) -> KeyedDigest {
        pepper.digest("cursor", &[self.principal.as_bytes(), self.list.as_bytes(), self.query.as_bytes(), cursor])
    }
}

fn unknown() -> FieldError {
    FieldError::invalid("this is not a cursor of this list; use the one in `next`")
}
