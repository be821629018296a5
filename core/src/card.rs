//! What a preview of a link shows in place of the target's own words.

use crate::body::{Fields, Tree};
use crate::error::{FieldCode, Refusal, Wrong};
use crate::target::{Target, TargetRules};
use crate::text::{CardDescription, CardTitle};

/// A card. At least one of its parts is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) title: Option<CardTitle>,
    pub(crate) description: Option<CardDescription>,
    pub(crate) image: Option<Target>,
}

impl Card {
    /// How much its texts take.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [self.title.as_ref().map(CardTitle::as_str), self.description.as_ref().map(CardDescription::as_str)];
        let image = self.image.as_ref().map(Target::as_str);
        texts.into_iter().chain([image]).flatten().map(str::len).sum()
    }

    /// Reads what is said of a card, on top of what was said before: a merge patch goes all the way down.
    pub(crate) fn patched(before: Option<&Self>, tree: Tree, targets: &TargetRules) -> Result<Self, Wrong> {
        let mut card = before.cloned().unwrap_or_default();
        let mut fields = Fields::of(tree)?;
        fields.set_text("title", &mut card.title, &CardTitle::parse);
        fields.set_text("description", &mut card.description, &CardDescription::parse);
        fields.set_text("image", &mut card.image, &|text| Target::parse(&text, targets));
        let card = fields.close(Some(card))?;
        if card == Self::default() {
            return Err(Refusal::new(FieldCode::Required, "a card has a title, a description or an image; null is none").into());
        }
        Ok(card)
    }
}
