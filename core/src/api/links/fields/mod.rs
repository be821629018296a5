//! What the bodies of several endpoints say of a link: one part, one file.

pub(crate) mod block;
pub(crate) mod card;
pub(crate) mod rules;
pub(crate) mod settings;
pub(crate) mod utm;
