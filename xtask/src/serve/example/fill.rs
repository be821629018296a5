//! Fills a deployment: sends the story part by part, checks what hop answers, and shows the progress.
use std::fmt;

use serde_json::Value;

use super::people::PEOPLE;
use super::replay::Replay;
use super::request::{Request, Response};
use super::story::{self, Owner, Part, Period};
use crate::bar::Bar;
use crate::failure::{Failure, Outcome};

pub(super) struct Fill<'a> {
    pub(super) replay: Replay,
    pub(super) admin_key: &'a str,
    /// The password of all users.
    pub(super) password: &'a str,
}

/// What was sent.
#[derive(Default)]
pub(super) struct Done {
    links: usize,
    visits: usize,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} links, {} visits", self.links, self.visits)
    }
}

impl Fill<'_> {
    /// Creates the users, the keys of those who own links, and the domains. Returns the owners.
    pub(super) fn set_up(&self, now: u64) -> Outcome<Vec<Owner>> {
        let period = Period::until(now);
        let mut owners = Vec::new();
        for (number, person) in PEOPLE.iter().enumerate() {
            let id = self.user(period, number)?;
            if let Some(name) = person.key {
                let made = self.expect(story::new_key(period, self.admin_key, &id, name), &[201])?;
                owners.push(Owner { key: text(&made, "secret")?, id });
            }
        }
        for request in story::surroundings(period, self.admin_key) {
            // They may exist already.
            self.expect(request, &[201, 409])?;
        }
        Ok(owners)
    }

    /// Creates a user, and returns their id.
    fn user(&self, period: Period, number: usize) -> Outcome<String> {
        if number == 0 {
            let answer = self.expect(story::first_owner(period, self.admin_key, self.password), &[201, 409])?;
            // Otherwise there is an owner already, and this one is invited as the others.
            if answer.status == 201 {
                return text(&answer, "id");
            }
        }
        let invited = self.expect(story::invitation(period, self.admin_key, number), &[201, 409])?;
        if invited.status == 409 {
            return Err(Failure::new("an earlier run with --example-data was interrupted, or you made such a user")
                .advise("`cargo xtask serve --example-data --fresh` deletes all local links and users, and starts again."));
        }
        if PEOPLE.get(number).is_some_and(|person| person.is_active) {
            self.expect(story::acceptance(period, &text(&invited, "invite_token")?, self.password), &[200])?;
        }
        text(&invited, "id")
    }

    /// Sends the parts of the story after the first `sent`. Reports how many were sent after each.
    pub(super) fn tell(&self, now: u64, owners: &[Owner], sent: usize, report: &mut dyn FnMut(usize) -> Outcome<()>) -> Outcome<Done> {
        let parts = story::parts(Period::until(now), owners, self.password, matches!(self.replay, Replay::AtTheirTimes(_)));
        let mut bar = Bar::on_stderr(u64::try_from(parts.len()).unwrap_or_default());
        let mut done = Done::default();
        for (number, part) in (1..).zip(parts) {
            if number > sent {
                match &part {
                    Part::Import(lines) => self.import(Period::until(now), lines)?,
                    Part::Requests(requests) => self.check_all(requests)?,
                }
                report(number)?;
            }
            done.count(&part);
            bar.update(u64::try_from(number).unwrap_or_default(), &done.to_string());
        }
        bar.end();
        Ok(done)
    }

    /// Imports lines, as many at once as hop takes.
    fn import(&self, period: Period, lines: &[String]) -> Outcome<()> {
        let mut rest = lines;
        while !rest.is_empty() {
            let answer = self.expect(Request::import(period.start, self.admin_key, rest), &[200])?;
            let answer: Value = serde_json::from_str(&answer.body).unwrap_or_default();
            let problem = answer.get("results").and_then(Value::as_array).into_iter().flatten();
            let problem = problem.map(|result| result.get("problem").unwrap_or(&Value::Null)).find(|problem| !problem.is_null());
            // A part that was cut off is sent again.
            if let Some(problem) = problem.filter(|problem| problem.get("code").and_then(Value::as_str) != Some("alias_taken")) {
                return Err(Failure::new(format!("hop did not import a link of the example: {problem}")));
            }
            let next = answer.get("next").and_then(|next| next.get("line")?.as_u64()).and_then(|line| usize::try_from(line).ok());
            match next {
                Some(line) if line > 1 => rest = rest.get(line - 1..).unwrap_or_default(),
                Some(_) => return Err(Failure::new("hop imports no link at all")),
                None => break,
            }
        }
        Ok(())
    }

    /// Sends requests whose answers are not needed. Visits may find nothing, and an alias may be taken.
    fn check_all(&self, requests: &[Request]) -> Outcome<()> {
        let responses = self.replay.send(requests)?;
        for (request, response) in requests.iter().zip(responses) {
            let is_expected = match response.status {
                200..=399 | 409 => true,
                400..=499 => request.is_visit(),
                _ => false,
            };
            if !is_expected {
                return Err(unexpected(request, &response));
            }
        }
        Ok(())
    }

    /// Sends a request whose response must have one of these statuses.
    fn expect(&self, request: Request, statuses: &[u64]) -> Outcome<Response> {
        let requests = [request];
        let mut responses = self.replay.send(&requests)?;
        let [request] = requests;
        match responses.pop() {
            Some(response) if statuses.contains(&response.status) => Ok(response),
            Some(response) => Err(unexpected(&request, &response)),
            None => Err(Failure::new("hop did not answer a request of the example")),
        }
    }
}

impl Done {
    fn count(&mut self, part: &Part) {
        match part {
            Part::Import(lines) => self.links += lines.len(),
            Part::Requests(requests) => {
                self.visits += requests.iter().filter(|request| request.is_visit()).count();
                let (created, deleted) = requests.iter().fold((0, 0), |(created, deleted), request| {
                    (created + usize::from(request.creates_link()), deleted + usize::from(request.deletes_link()))
                });
                self.links = (self.links + created).saturating_sub(deleted);
            }
        }
    }
}

fn unexpected(request: &Request, response: &Response) -> Failure {
    Failure::new(format!("hop answered {} to {} /{}: {}", response.status, request.method, request.path, response.body))
}

/// A text in the JSON object of a response.
fn text(response: &Response, name: &str) -> Outcome<String> {
    let body: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let text = body.get(name).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| Failure::new(format!("hop's response has no `{name}`: {}", response.body)))
}
