//! What a preview of a link shows in place of the target's own words.

use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

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
}
