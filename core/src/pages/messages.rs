//! The texts of the visitor pages, all in one place. The texts for callers of the API are in `message/codes.rs`.

use crate::message::problem::{Problem, ProblemCode, TargetWarning};
use crate::model::abuse_report::AbuseReason;

/// A heading and the text below it.
pub(super) struct Message {
    pub(super) heading: &'static str,
    pub(super) text: &'static str,
}

const fn message(heading: &'static str, text: &'static str) -> Message {
    Message { heading, text }
}

pub(super) const HOME: &str = "This domain hosts short links. There is nothing else here.";

pub(super) const DID_YOU_MEAN: &str = "Did you mean this link?";

pub(super) const GOES_TO: &str = "This link goes to";

pub(super) const PREVIEW: Message = message("Link preview", "You have not been redirected. This page only shows details of the link.");
pub(super) const HIDDEN: &str = "The target of this link is shown only when you open it.";

pub(super) const CONFIRM: Message = message("Do you want to continue?", "This link asks for a confirmation before it opens.");
pub(super) const CONTINUE: &str = "Continue";

pub(super) const PASSWORD: Message = message("This link needs a password", "Ask the person who gave you the link for the password.");
pub(super) const PASSWORD_LABEL: &str = "Password";
pub(super) const PASSWORD_WRONG: &str = "This password is wrong. Check it and try again.";
pub(super) const OPEN: &str = "Open the link";

pub(super) const PERSON: Message = message(
    "This link opens only for people",
    "It looks as if a program opened it, or a browser that loads pages in advance. To continue, open the link in a browser yourself.",
);

pub(super) const REPORT_THIS: &str = "Report this link";
pub(super) const REPORT: Message = message(
    "Report a link",
    "Is a short link of this site harmful or against the law? Tell the people who run the site. They check every report.",
);
pub(super) const REPORT_URL: &str = "Short link";
pub(super) const REPORT_REASON: &str = "Reason";
pub(super) const REPORT_CHOOSE: &str = "Choose a reason";
pub(super) const REPORT_DETAIL: &str = "What happened? (optional)";
pub(super) const REPORT_CONTACT: &str = "Your e-mail address, for questions (optional)";
pub(super) const REPORT_CONTACT_USE: &str =
    "Only the people who run this site see it. It is deleted once they have dealt with your report.";
pub(super) const REPORT_SEND: &str = "Send the report";
pub(super) const REPORT_WRONG: &str = "The report was not sent. Correct the fields below and send it again.";
pub(super) const REPORT_EMPTY_FIELD: &str = "Fill in this field.";
pub(super) const REPORT_LATER: &str = "The report may not have been saved. Send it again in a few seconds.";
pub(super) const REPORT_THANKS: Message = message("Thank you", "Your report was sent to the people who run this site.");
pub(super) const REPORT_NUMBER: &str = "If you write to them about it, name this number:";

/// A reason of a report in the words of visitors.
pub(super) fn reason(reason: AbuseReason) -> &'static str {
    match reason {
        AbuseReason::Phishing => "Phishing: it asks for passwords or card numbers under a false name",
        AbuseReason::Malware => "Malware: it spreads harmful software",
        AbuseReason::Fraud => "Fraud: it cheats people out of money",
        AbuseReason::Spam => "Spam: it was sent to many people who did not ask for it",
        AbuseReason::Illegal => "Illegal content",
        AbuseReason::Other => "Something else",
    }
}

/// The message of a problem for visitors. Problems that only callers of the API get have their title and remedy.
pub(super) fn of(problem: &Problem) -> Message {
    match problem.code {
        ProblemCode::UnknownHost => message("There is nothing at this domain", "If this domain is yours, add it to hop."),
        ProblemCode::Forbidden => message(
            "This form came from another site",
            "It was rejected, and nothing happened. To open the link, enter its address yourself.",
        ),
        ProblemCode::RateLimited => message("Too many attempts", "There were too many attempts from your network. Wait, then try again."),
        ProblemCode::BlockedTarget if matches!(problem.warning, Some(TargetWarning::Shortener(_))) => message(
            "You were not redirected",
            "This link redirects to another link shortener, which hides where it ends. Open the address below only if you trust it.",
        ),
        ProblemCode::BlockedTarget => message(
            "This link may be harmful",
            "You were not redirected, because the link goes to a site on the blocklist of this domain. Do not enter passwords or card numbers there.",
        ),
        ProblemCode::StoreUnavailable => message("This link is not available right now", "Try again in a few seconds."),
        ProblemCode::NotConfigured => message("This site is not set up", "The log of the site gives its operator the reason."),
        ProblemCode::Internal => message("Something went wrong", "This is not your fault. Try again later."),
        other => {
            let info = other.info();
            message(info.title, info.remedy)
        }
    }
}
