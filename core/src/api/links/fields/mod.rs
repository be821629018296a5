//! Fields of a link that the bodies of several endpoints share: one file for each part.

pub(crate) mod block;
pub(crate) mod card;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod utm;
