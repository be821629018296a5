//! Ways through a link's forms to its target, which has to get nothing but a visitor.

use hop_conformance::server::Arrival;
use serde_json::{Value, json};

use crate::found;
use crate::site::{DomainRecord, ELSEWHERE, PASSWORD, PLAIN, TRUSTED};

/// A way, from a short address to its end.
pub(crate) struct Journey {
    /// Also the alias, and the last part of the target.
    name: &'static str,
    domain: &'static str,
    /// What is typed into each form on the way; nothing where there is only a button.
    typed: &'static [&'static str],
    has_scripts: bool,
    /// Whether whoever comes again is led on at once.
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

/// Makes the links of every journey. Their redirects are of the kind that browsers repeat as it was, with its method and its body.
pub(crate) fn all(site: &DomainRecord) -> Vec<Journey> {
    for journey in &ALL {
        let password = journey.typed.contains(&PASSWORD).then_some(PASSWORD);
        let link = json!({ "redirect_status": 307, "password": password, "confirm": journey.typed.contains(&"") });
        site.link(journey.domain, journey.name, &journey.target(), &link);
    }
    ALL.into()
}

impl Journey {
    fn target(&self) -> String {
        format!("http://{ELSEWHERE}/reached/{}", self.name)
    }

    /// As the browser is told it.
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

    /// Whether the target got visitors, as many as were led there, and nothing that they had typed.
    pub(crate) fn judge(&self, arrivals: &[Arrival]) -> Value {
        let mut wrong = Vec::new();
        let is_here = |arrival: &&Arrival| arrival.url.split('?').next() == Some(&self.target());
        let here: Vec<&Arrival> = arrivals.iter().filter(is_here).collect();
        let visits = if self.is_remembered { 2 } else { 1 };
        if here.len() != visits {
            wrong.push(format!("{} visits came, and not {visits}", here.len()));
        }
        for arrival in here {
            let body = String::from_utf8_lossy(arrival.body.as_deref().unwrap_or_default());
            let said = format!("{} {} {:?} {body}", arrival.method, arrival.url, arrival.headers);
            let told_length = arrival.headers.iter().any(|(name, _)| name == "content-length" || name == "content-type");
            if arrival.method != "GET" || arrival.body.as_deref() != Some(&[]) || told_length {
                wrong.push(format!("more than a visitor came: {said}"));
            }
            if said.contains("hunter2") {
                wrong.push(format!("a password came along: {said}"));
            }
        }
        found(&format!("{}: the target gets a visitor and nothing else", self.name), &wrong)
    }
}
