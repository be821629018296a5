//! Field `card`: the preview of a link in a request body.

use crate::message::body::{Patch, request_body};
use crate::model::card::Card;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

request_body! {
    /// Preview of a link. Each part is patched by itself.
    pub(crate) struct CardPatch {
        /// Title of at most 200 bytes.
        title: Patch<CardTitle>,
        /// Description of at most 500 bytes.
        description: Patch<CardDescription>,
        /// URL of an image, with the same rules as a target.
        image: Patch<Target>,
    }
}

/// Applies the patch to the present card.
pub(crate) fn patched_card(before: Option<&Card>, patch: CardPatch) -> Result<Card, FieldError> {
    let mut card = before.cloned().unwrap_or_default();
    patch.title.apply(&mut card.title);
    patch.description.apply(&mut card.description);
    patch.image.apply(&mut card.image);
    if card == Card::default() {
        return Err(FieldError::new(FieldCode::Required, "a card needs a title, a description or an image; use null for no card"));
    }
    Ok(card)
}
