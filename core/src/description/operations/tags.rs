//! The endpoints of tags.

use crate::api::links;
use crate::description::operation::{Operation, Tag};
use crate::description::{answers, parameters};

pub(super) const LIST_TAGS: Operation = Operation::new(Tag::Tags, "listTags", "List tags")
    .description("The tags of a domain with the number of their links.")
    .parameters(&[parameters::DOMAIN, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::TAG_LIST)]);

pub(super) const RENAME_TAG: Operation = Operation::new(Tag::Tags, "renameTag", "Rename a tag")
    .description(
        "If there is a tag of the new name already, the two become one. A request edits some links, deleted \
             ones too, and says whether it is `done`; repeat it until then, also after one that failed. Once no \
             link has the tag it is 404.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::TagPatch>("tag-patch")
    .answers(&[(200, answers::RETAGGED)]);

pub(super) const REMOVE_TAG: Operation = Operation::new(Tag::Tags, "removeTag", "Take a tag off")
    .description(
        "Off all links of the domain. A request edits some links, deleted ones too, and says whether it is \
             `done`; repeat it until then, also after one that failed. Once no link has the tag it is 404.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::RETAGGED)]);
