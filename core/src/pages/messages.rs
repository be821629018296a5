//! Every sentence that hop says to visitors, in one place. What it says to programs is in `codes.rs`.

use crate::message::problem::{Problem, ProblemCode};

/// A heading, and what stands below it.
pub(super) struct Message {
    pub(super) heading: &'static str,
    pub(super) text: &'static str,
}

const fn say(heading: &'static str, text: &'static str) -> Message {
    Message { heading, text }
}

pub(super) const HOME: &str = "This domain is for short links. There is nothing else to see here.";

pub(super) const DID_YOU_MEAN: &str = "Did you mean this one?";

pub(super) const LEADS_TO: &str = "It leads to";

pub(super) const PREVIEW: Message = say("A preview of this link", "You are not sent on. This page only shows the link.");
pub(super) const HIDDEN: &str = "The link shows where it leads only to those who follow it.";

pub(super) const CONFIRM: Message = say("Do you want to go on?", "This link asks before it leads on.");
pub(super) const CONTINUE: &str = "Continue";

pub(super) const PASSWORD: Message = say("This link needs a password", "Whoever gave you the link can tell you the password.");
pub(super) const PASSWORD_LABEL: &str = "Password";
pub(super) const PASSWORD_WRONG: &str = "That is not the password. Check it and try again.";
pub(super) const OPEN: &str = "Open the link";

pub(super) const PERSON: Message = say(
    "This link opens only for people",
    "It looks as if a program asked for it, or a browser that loads pages ahead. Open it in a browser yourself, and it leads on.",
);

/// What a problem means to somebody who followed a link. What only callers of the API meet is said in their words.
pub(super) fn of(problem: &Problem) -> Message {
    match problem.code {
        ProblemCode::UnknownHost => say("There is nothing at this domain", "If it is yours, it has to be added to hop."),
        ProblemCode::Forbidden => say(
            "This form came from another site",
            "It was not taken, and nothing happened. To follow the link, open its address yourself.",
        ),
        ProblemCode::RateLimited => {
            say("Too many tries", "The password was tried too often from your network. Wait a quarter of an hour, then try again.")
        }
        ProblemCode::StoreUnavailable => say("The link cannot be looked up right now", "Try again in a few seconds."),
        ProblemCode::NotConfigured => say("This site is not set up", "Whoever runs it finds the reason in its log."),
        ProblemCode::Internal => say("Something went wrong", "This is not your fault, nor the link's. Try again later."),
        other => {
            let meaning = other.meaning();
            say(meaning.title, meaning.remedy)
        }
    }
}
