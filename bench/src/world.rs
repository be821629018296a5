//! A deployment with one link, prepared for a scenario.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use hop_core::alias::{Alias, AliasCase};
use hop_core::domain::Domain;
use hop_core::store::Key;
use hop_core::{App, BackgroundWork, Body, Head, Request, Response, poll_once};
use http::header::LOCATION;
use http::{Method, StatusCode};

use crate::edge::BenchEdge;
use crate::scenario::{ClientKind, PLAIN, Scenario};
use crate::visitor::Visitor;

/// Saturday, 2026-11-21, 08:00 UTC.
const MORNING: u64 = 1_795_248_000_000;

const DOMAIN: &str = "hop.example";
const ADMIN_KEY: &str = "an-admin-key-that-only-this-program-has";
const PEPPER: &str = "a-pepper-that-only-this-program-has-got";
const OWNER: &str = r#"{"email":"ann@example.com","name":"Ann","password":"a password only for benchmarks"}"#;
pub(crate) const CREDENTIALS: &str = r#"{"email":"ann@example.com","password":"a password only for benchmarks"}"#;

/// The lowest `HOP_PASSWORD_COST`.
const CHEAPEST: &str = "1024,1";

/// What stands for the latest refresh token in the body of a scenario.
const REFRESH_TOKEN: &str = "{refresh_token}";

/// A deployment on the memory edge, and the client of the scenario.
pub(crate) struct World {
    app: App,
    edge: BenchEdge,
    visitor: Visitor,
    visits: Cell<u64>,
    /// The latest refresh token.
    refresh_token: RefCell<String>,
}

/// A setting that a measurement changes: its name and its value.
pub(crate) type ChangedSetting<'a> = Option<(&'a str, &'a str)>;

impl World {
    /// Creates the link and sends the first request, which fills the link cache and the memo.
    pub(crate) fn prepare(scenario: &Scenario, changed: ChangedSetting<'_>) -> Result<Self, String> {
        Self::at(scenario, changed, MORNING)
    }

    fn at(scenario: &Scenario, changed: ChangedSetting<'_>, millis: u64) -> Result<Self, String> {
        let setting = |name: &str| match changed {
            Some((changed, value)) if changed == name => Some(value.to_owned()),
            _ => setting(scenario, name),
        };
        let mut world = Self {
            app: App::new(setting, setting),
            edge: BenchEdge::new(scenario.has_cache, millis),
            visitor: match scenario.client {
                ClientKind::Browser => Visitor::with_browser(),
                ClientKind::Guest => Visitor::with_json(),
                ClientKind::Admin | ClientKind::ApiKey | ClientKind::User => Visitor::with_key(ADMIN_KEY),
            },
            visits: Cell::new(0),
            refresh_token: RefCell::default(),
        };
        if let Some(link) = scenario.link {
            world.create("links", link)?;
        }
        match scenario.client {
            ClientKind::Browser | ClientKind::Admin => {}
            ClientKind::ApiKey => {
                let user = text_of(&world.create("users", r#"{"email":"ann@example.com","role":"editor"}"#)?, "id")?;
                let key = format!(r#"{{"name":"bench","scopes":["links:read","links:write"],"owner":"{user}"}}"#);
                world.visitor = Visitor::with_key(&text_of(&world.create("keys", &key)?, "secret")?);
            }
            ClientKind::User | ClientKind::Guest => {
                world.create("setup", OWNER)?;
                let signed_in = world.post("login", CREDENTIALS, StatusCode::OK)?;
                world.keep_refresh_token(&signed_in);
                if let ClientKind::User = scenario.client {
                    world.visitor = Visitor::with_key(&text_of(&signed_in, "access_token")?);
                }
            }
        }
        for _ in 0..=scenario.others {
            let (response, background) = world.request(scenario)?;
            check_location(scenario, &response)?;
            world.finish(background)?;
        }
        Ok(world)
    }

    /// Creates a resource of `collection` as the admin, and returns the response body.
    fn create(&self, collection: &str, json: &str) -> Result<String, String> {
        self.post(collection, json, StatusCode::CREATED)
    }

    /// Sends a request of the admin that must be answered with `status`, and returns the response body.
    fn post(&self, path: &str, json: &str, status: StatusCode) -> Result<String, String> {
        let url = format!("https://hop.example/api/v1/{path}");
        let body = Body::Whole(json.as_bytes().to_vec());
        let (response, background) = self.send(Head::new(&Method::POST, &url), &Visitor::with_key(ADMIN_KEY), body)?;
        let answer = String::from_utf8_lossy(&response.body).into_owned();
        if response.status != status {
            return Err(format!("POST {url} answers {}: {answer}", response.status));
        }
        self.finish(background)?;
        Ok(answer)
    }

    /// Runs the background work of a request.
    fn finish(&self, background: BackgroundWork) -> Result<(), String> {
        poll_once(self.app.finish(&self.edge, background)).map_err(|_| "the store did not answer at once".into())
    }

    /// Sends the request of the scenario. Its background work is dropped, because no visitor waits for it.
    pub(crate) fn visit(&self, scenario: &Scenario) -> Result<(), String> {
        self.edge.wait_seconds(scenario.pause_seconds);
        self.request(scenario).map(drop)
    }

    /// Sends the request of the scenario and checks the status of the response.
    fn request(&self, scenario: &Scenario) -> Result<(Response, BackgroundWork), String> {
        let url = self.url(scenario);
        let head = Head::new(&scenario.method, &url);
        let body = scenario.body.unwrap_or_default().replace(REFRESH_TOKEN, &self.refresh_token.borrow());
        let (response, background) = self.send(head, &self.visitor, Body::Whole(body.into()))?;
        if response.status == scenario.status {
            if let ClientKind::Guest = scenario.client {
                self.keep_refresh_token(&String::from_utf8_lossy(&response.body));
            }
            return Ok((response, background));
        }
        Err(format!("{} answers {}, not {}: {}", scenario.url, response.status, scenario.status, self.edge.log_text()))
    }

    fn keep_refresh_token(&self, answer: &str) {
        self.refresh_token.replace(text_of(answer, "refresh_token").unwrap_or_default());
    }

    fn url(&self, scenario: &Scenario) -> Cow<'static, str> {
        if scenario.others == 0 {
            return scenario.url.into();
        }
        let visit = self.visits.get();
        self.visits.set(visit.saturating_add(1));
        format!("{}-{visit}", scenario.url).into()
    }

    fn send(&self, head: Head<'_>, client: &Visitor, body: Body) -> Result<(Response, BackgroundWork), String> {
        poll_once(self.app.handle(&self.edge, Request { head, client, body })).map_err(|_| "the store did not answer at once".into())
    }
}

/// The string member `name` of a response body. It contains nothing that JSON escapes.
fn text_of(answer: &str, name: &str) -> Result<String, String> {
    let rest = answer.split_once(&format!("\"{name}\":\"")).map(|(_, rest)| rest);
    let text = rest.and_then(|rest| rest.split_once('"')).map(|(text, _)| text.to_owned());
    text.ok_or_else(|| format!("no {name} in {answer}"))
}

/// Checks `Location`. The status alone does not show whether a rule matched.
fn check_location(scenario: &Scenario, response: &Response) -> Result<(), String> {
    let location = response.headers.iter().find(|(name, _)| *name == LOCATION).map(|(_, value)| value.as_bytes());
    if location == scenario.location.map(str::as_bytes) {
        return Ok(());
    }
    let location = location.map(String::from_utf8_lossy);
    Err(format!("{} redirects to {location:?}, not {:?}", scenario.url, scenario.location))
}

fn setting(scenario: &Scenario, name: &str) -> Option<String> {
    let value = match name {
        "HOP_DOMAINS" => "https://hop.example",
        "HOP_ADMIN_KEY" => ADMIN_KEY,
        "HOP_PEPPER" => PEPPER,
        "HOP_FRESH_SECONDS" => scenario.fresh_seconds,
        "HOP_PASSWORD_COST" => CHEAPEST,
        _ => return None,
    };
    Some(value.into())
}

/// The cached link of the scenario `memo`, as hop writes it, verified at `millis`.
pub(crate) fn cached_link(millis: u64) -> Result<String, String> {
    let world = World::at(&PLAIN, None, millis)?;
    let domain = Domain::parse(DOMAIN).map_err(|error| error.detail.to_string())?;
    let alias = Alias::parse("docs", AliasCase::Sensitive).map_err(|error| error.detail.to_string())?;
    let cached_link = world.edge.cached_link(&Key::link(&domain, &alias));
    cached_link.ok_or_else(|| "hop wrote no cached link".into())
}
