//! The card of a link as it is sent.

use crate::message::body::{Patch, request_body};
use crate::model::card::Card;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

request_body! {
    /// What is said of a card. A merge patch goes all the way down.
    pub(crate) struct CardPatch {
        /// Title of at most 200 bytes.
        title: Patch<CardTitle>,
        /// Description of at most 500 bytes.
        description: Patch<CardDescription>,
        /// URL of an image, which is a target.
        image: Patch<Target>,
    }
}

/// The card after a patch of what was there before.
pub(crate) fn patched_card(before: Option<&Card>, patch: CardPatch) -> Result<Card, FieldError> {
    let mut card = before.cloned().unwrap_or_default();
    patch.title.apply(&mut card.title);
    patch.description.apply(&mut card.description);
    patch.image.apply(&mut card.image);
    if card == Card::default() {
        return Err(FieldError::new(FieldCode::Required, "a card has a title, a description or an image; null is none"));
    }
    Ok(card)
}
