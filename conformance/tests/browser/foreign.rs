//! Forms on pages of another site, which would press a button in a visitor's name. hop refuses them.

use hop_conformance::server::ReceivedRequest;
use serde_json::{Value, json};

use crate::pages::{page, typing};
use crate::script::result;
use crate::site::{OTHER_SITE, PASSWORD, PLAIN, Site, TRUSTED};

/// The target of the attacked links. It must get no request.
const TARGET: &str = "/never";
const ALIAS: &str = "attacked";

/// A page with a form that posts to hop.
struct Form {
    name: &'static str,
    /// The domain of the link.
    host: &'static str,
    /// Elements in the head of the page.
    head: &'static str,
}

/// One form for each header by which hop recognizes it: `Sec-Fetch-Site`, which browsers send only to trusted hosts,
/// `Origin`, and `Origin: null`.
const FORMS: [Form; 3] = [
    Form { name: "foreign-site", host: TRUSTED, head: "" },
    Form { name: "foreign-origin", host: PLAIN, head: "" },
    Form { name: "hidden-origin", host: PLAIN, head: "<meta name=\"referrer\" content=\"no-referrer\">" },
];

impl Form {
    fn path(&self) -> String {
        format!("/forms/{}", self.name)
    }

    /// The page, with a form that has the right password.
    fn html(&self) -> String {
        let Self { host, head, .. } = self;
        format!(
            "<!doctype html><title>A prize</title>{head}<form method=\"post\" action=\"http://{host}/{ALIAS}\">\
             <input type=\"hidden\" name=\"password\" value=\"{PASSWORD}\"><button>Win</button></form>"
        )
    }
}

/// The pages of the other site, as pairs of path and HTML.
pub(crate) fn html() -> Vec<(String, String)> {
    FORMS.iter().map(|form| (form.path(), form.html())).collect()
}

/// Creates the links, and returns the pages expected after each form was sent.
pub(crate) fn pages(site: &Site) -> Vec<Value> {
    for domain in [PLAIN, TRUSTED] {
        site.link(domain, ALIAS, &format!("http://{OTHER_SITE}{TARGET}"), &json!({ "password": PASSWORD }));
    }
    let refused = |form: &Form| {
        let mut page = page(form.name, &format!("http://{OTHER_SITE}{}", form.path()), 403, &["another site"]);
        page["lands"] = json!(format!("http://{}/{ALIAS}", form.host));
        typing("", page)
    };
    FORMS.iter().map(refused).collect()
}

/// Checks that every form was opened and none reached the target.
pub(crate) fn check(requests: &[ReceivedRequest]) -> Value {
    let was_requested = |path: &str| requests.iter().any(|request| request.url.ends_with(path));
    let mut wrong: Vec<String> =
        FORMS.iter().map(Form::path).filter(|path| !was_requested(path)).map(|path| format!("{path} was never opened")).collect();
    if was_requested(TARGET) {
        wrong.push("a form reached the target".into());
    }
    result("forms of another site never reach the target", &wrong)
}
