//! Cursors on the wire: where a store's page begins, sealed with what it was made for, so that it opens nothing else.

use subtle::ConstantTimeEq as _;

use super::walk::Position;
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::base64;
use crate::body::Tree;
use crate::error::{Problem, Refusal};
use crate::ports::Edge;
use crate::records::Cursor;

/// 128 bits of a digest: more than anybody can guess.
const SEAL_BYTES: usize = 16;

/// Between the alias a page ended with and the store's own words: no alias holds it.
const LIMIT: &str = "\n";

/// What a cursor is good for: one list of one principal.
pub(super) struct Purpose<'a> {
    principal: &'a str,
    list: &'static str,
    query: &'a str,
}

/// A cursor as a client offers it. Nobody knows yet whether it is one of hop's.
pub(super) struct Offered {
    text: Vec<u8>,
    seal: [u8; SEAL_BYTES],
}

impl Offered {
    pub(super) fn parse(tree: Tree) -> Result<Self, Refusal> {
        let bytes = base64::decode(&tree.text()?).ok_or_else(unknown)?;
        let (text, seal) = bytes.split_last_chunk().ok_or_else(unknown)?;
        Ok(Self { text: text.to_vec(), seal: *seal })
    }
}

impl<'a> Purpose<'a> {
    /// The list whose addresses begin with `list` and that `query` describes.
    pub(super) fn new(proof: &Proof, list: &'static str, query: &'a str) -> Self {
        Self { principal: proof.principal(), list, query }
    }

    /// Where the page begins, if hop has sealed the cursor for this purpose.
    pub(super) fn open<E: Edge>(&self, context: &Context<'_, E>, offered: Offered) -> Result<Position, Problem> {
        let is_ours: bool = self.seal(context, &offered.text)?.ct_eq(&offered.seal).into();
        let text = String::from_utf8(offered.text).ok().filter(|_| is_ours);
        let position = text.as_deref().and_then(|text| text.split_once(LIMIT)).map(|(seen, cursor)| Position {
            seen: Some(seen).filter(|seen| !seen.is_empty()).map(|seen| Alias::stored(seen.to_owned())),
            cursor: Cursor(cursor.to_owned()),
        });
        position.ok_or_else(|| Problem::wrong_field("cursor", unknown()))
    }

    /// The position as it stands in an address.
    pub(super) fn close<E: Edge>(&self, context: &Context<'_, E>, position: Position) -> Result<String, Problem> {
        let Position { seen, cursor: Cursor(cursor) } = position;
        let mut bytes = [seen.as_ref().map_or("", Alias::as_str), LIMIT, &cursor].concat().into_bytes();
        let seal = self.seal(context, &bytes)?;
        bytes.extend_from_slice(&seal);
        Ok(base64::encode(&bytes))
    }

    fn seal<E: Edge>(&self, context: &Context<'_, E>, cursor: &[u8]) -> Result<[u8; SEAL_BYTES], Problem> {
        let parts = [self.principal.as_bytes(), self.list.as_bytes(), self.query.as_bytes(), cursor];
        let digest = context.pepper()?.digest("cursor", &parts);
        digest.as_bytes().first_chunk().copied().ok_or_else(|| Problem::internal("a digest is shorter than a seal"))
    }
}

fn unknown() -> Refusal {
    Refusal::invalid("this is no cursor of this list")
}
