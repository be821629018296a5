//! Cards: the texts and the image that a preview of a link shows instead of those of the target.

use crate::model::target::Target;
use crate::model::text::{CardDescription, CardTitle};

/// A card. At least one of its parts is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) title: Option<CardTitle>,
    pub(crate) description: Option<CardDescription>,
    pub(crate) image: Option<Target>,
}

impl Card {
    /// Memory used by its texts, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [self.title.as_ref().map(CardTitle::as_str), self.description.as_ref().map(CardDescription::as_str)];
        let image = self.image.as_ref().map(Target::as_str);
        texts.into_iter().chain([image]).flatten().map(str::len).sum()
    }
}
