//! What the query of a followed address holds.

use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Refusal};
use crate::text::bounded;

/// In bytes: parameters have short names.
const NAME_BYTES: usize = 64;
/// In bytes: what a link is tagged with, not a document.
const VALUE_BYTES: usize = 512;

/// A parameter and what is wanted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) name: String,
    pub(crate) wanted: Wanted,
}

/// What is wanted of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Present,
    Absent,
    Equals(String),
}

impl Query {
    /// Takes a parameter and what is wanted of it out of `fields`.
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.need("name", |tree| bounded(tree.text()?, NAME_BYTES, &[]));
        let wanted = match fields.take("equals", |tree| Ok::<_, Refusal>(value(tree))) {
            None => fields.need("present", Tree::boolean).map(|present| if present { Wanted::Present } else { Wanted::Absent }),
            Some(value) => {
                if fields.take("present", Tree::boolean).is_some() {
                    fields.refuse("present", Refusal::new(FieldCode::Conflicts, "a parameter that equals something is present"));
                }
                value.map_err(|refusal| fields.refuse("equals", refusal)).ok().map(Wanted::Equals)
            }
        };
        name.zip(wanted).map(|(name, wanted)| Self { name, wanted })
    }
}

fn value(tree: Tree) -> Result<String, Refusal> {
    let text = tree.text()?;
    if text.is_empty() { Ok(text) } else { bounded(text, VALUE_BYTES, &[]) }
}
