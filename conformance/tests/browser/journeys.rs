//! Journeys through the forms of a link to its target. The target gets a `GET` and nothing that was typed.

use hop_conformance::server::ReceivedRequest;
use serde_json::{Value, json};

use crate::script::result;
use crate::site::{OTHER_SITE, PASSWORD, PLAIN, Site, TRUSTED};

/// A journey from a short URL to the target.
pub(crate) struct Journey {
    /// The name, which is also the alias and the last segment of the target.
    name: &'static str,
    domain: &'static str,
    /// The text for each form. An empty one only presses the button.
    typed: &'static [&'static str],
    has_scripts: bool,
    /// Whether a second visit redirects without a form.
    is_remembered: bool,
}

const PASSWORDS: &[&str] = &[PASSWORD];
const BUTTON: &[&str] = &[""];

const ALL: [Journey; 6] = [
    Journey { name: "password", domain: TRUSTED, typed: PASSWORDS, has_scripts: false, is_remembered: true },
    Journey { name: "password-with-scripts", domain: TRUSTED, typed: PASSWORDS, has_scripts: true, is_remembered: true },
    Journey { name: "second-try", domain: TRUSTED, typed: &["hunter2hunter3", PASSWORD], has_scripts: false, is_remembered: true },
    Journey { name: "confirmation", domain: PLAIN, typed: BUTTON, has_scripts: false, is_remembered: false },
    Journey { name: "confirmation-with-scripts", domain: TRUSTED, typed: BUTTON, has_scripts: true, is_remembered: false },
    Journey { name: "both", domain: TRUSTED, typed: &[PASSWORD, ""], has_scripts: false, is_remembered: false },
];

/// Creates the links of all journeys. Their status is 307, with which browsers would repeat a POST with its body.
pub(crate) fn all(site: &Site) -> Vec<Journey> {
    for journey in &ALL {
        let password = journey.typed.contains(&PASSWORD).then_some(PASSWORD);
        let link = json!({ "redirect_status": 307, "password": password, "confirm": journey.typed.contains(&"") });
        site.link(journey.domain, journey.name, &journey.target(), &link);
    }
    ALL.into()
}

impl Journey {
    fn target(&self) -> String {
        format!("http://{OTHER_SITE}/reached/{}", self.name)
    }

    /// The journey for the browser script.
    pub(crate) fn plan(&self) -> Value {
        json!({
            "name": self.name,
            "url": format!("http://{}/{}", self.domain, self.name),
            "typed": self.typed,
            "scripts": self.has_scripts,
            "remembered": self.is_remembered,
            "arrives": self.target(),
        })
    }

    /// Checks that the target got each visit as a `GET`, and nothing that was typed.
    pub(crate) fn check(&self, requests: &[ReceivedRequest]) -> Value {
        let mut wrong = Vec::new();
        let is_for_target = |request: &&ReceivedRequest| request.url.split('?').next() == Some(&self.target());
        let received: Vec<&ReceivedRequest> = requests.iter().filter(is_for_target).collect();
        let visits = if self.is_remembered { 2 } else { 1 };
        if received.len() != visits {
            wrong.push(format!("expected {visits} visits, found {}", received.len()));
        }
        for request in received {
            let body = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
            let shown = format!("{} {} {:?} {body}", request.method, request.url, request.headers);
            let has_body_headers = request.headers.iter().any(|(name, _)| name == "content-length" || name == "content-type");
            if request.method != "GET" || request.body.as_deref() != Some(&[]) || has_body_headers {
                wrong.push(format!("the request is more than a plain GET: {shown}"));
            }
            if shown.contains("hunter2") {
                wrong.push(format!("the request has a password: {shown}"));
            }
        }
        result(&format!("{}: the target gets only a GET", self.name), &wrong)
    }
}
