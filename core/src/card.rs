//! What a preview of a link shows in place of the target's own words.

use crate::body::{Patch, request_body};
use crate::field_error::{FieldCode, Refusal};
use crate::target::Target;
use crate::text::{CardDescription, CardTitle};

/// A card. At least one of its parts is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) title: Option<CardTitle>,
    pub(crate) description: Option<CardDescription>,
    pub(crate) image: Option<Target>,
}

request_body! {
    /// What is said of a card: a merge patch goes all the way down.
    pub(crate) struct CardPatch {
        title: Patch<CardTitle>,
        description: Patch<CardDescription>,
        image: Patch<Target>,
    }
}

impl Card {
    /// How much its texts take.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [self.title.as_ref().map(CardTitle::as_str), self.description.as_ref().map(CardDescription::as_str)];
        let image = self.image.as_ref().map(Target::as_str);
        texts.into_iter().chain([image]).flatten().map(str::len).sum()
    }

    /// The card after a patch of what was there before.
    pub(crate) fn patched(before: Option<&Self>, patch: CardPatch) -> Result<Self, Refusal> {
        let mut card = before.cloned().unwrap_or_default();
        patch.title.apply(&mut card.title);
        patch.description.apply(&mut card.description);
        patch.image.apply(&mut card.image);
        if card == Self::default() {
            return Err(Refusal::new(FieldCode::Required, "a card has a title, a description or an image; null is none"));
        }
        Ok(card)
    }
}
