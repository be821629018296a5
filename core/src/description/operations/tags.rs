//! The endpoints of tags.

use crate::api::links;
use crate::description::operation::{Operation, OperationGroup};
use crate::description::{answers, parameters};

pub(super) const LIST_TAGS: Operation = Operation::new(OperationGroup::Tags, "listTags", "List tags")
    .description("The tags of a domain with the number of their links.")
    .parameters(&[parameters::DOMAIN, parameters::LIMIT, parameters::CURSOR])
    .answers(&[(200, answers::TAG_LIST)]);

pub(super) const RENAME_TAG: Operation = Operation::new(OperationGroup::Tags, "renameTag", "Rename a tag")
    .description(
        "If a tag with the new name exists already, the two are merged. A request changes a limited number of links, \
         deleted ones included. Repeat it until `done` is true, also after a failed request. \
         When no link has the tag, the answer is 404.",
    )
    .parameters(&[parameters::DOMAIN])
    .body::<links::TagPatch>("tag-patch")
    .answers(&[(200, answers::RETAGGED)]);

pub(super) const REMOVE_TAG: Operation = Operation::new(OperationGroup::Tags, "removeTag", "Remove a tag")
    .description(
        "Removes the tag from all links of the domain. A request changes a limited number of links, deleted ones \
         included. Repeat it until `done` is true, also after a failed request. When no link has the tag, the answer \
         is 404.",
    )
    .parameters(&[parameters::DOMAIN])
    .answers(&[(200, answers::RETAGGED)]);
