//! Links on the wire: the JSON of CONTRACT's Link, every field always there.

mod row;

use std::num::NonZeroU64;

use super::counts::Counts;
use super::wire_rules;
use crate::alias::Alias;
use crate::app::Context;
use crate::auth::Proof;
use crate::auth::rights::Right;
use crate::blocked::Blocked;
use crate::clicks::Clicks;
use crate::config::Config;
use crate::domain::Domain;
use crate::json::{self, Members};
use crate::link::{Link, UserId};
use crate::password::PasswordHash;
use crate::ports::Edge;
use crate::target::Target;
use crate::text::{ExternalId, Note, Tag, Title};
use crate::time::Timestamp;

pub(super) use row::{COLUMNS, cells};

/// A link as it is shown.
pub(super) struct LinkJson<'a> {
    link: &'a Link,
    counts: Counts,
    config: &'a Config,
    now: Timestamp,
    tells_clicks: bool,
    /// Only in an export for which it was asked.
    pub(super) tells_password_hash: bool,
}

pub(super) fn link<'a, E: Edge>(context: &Context<'a, E>, proof: &Proof, link: &'a Link, counts: Counts) -> LinkJson<'a> {
    let tells_clicks = proof.has(Right::ReadClicks);
    LinkJson { link, counts, config: context.config, now: context.now, tells_clicks, tells_password_hash: false }
}

/// A link as an answer to a write shows it: whole to who may read links, and otherwise by what names it alone. A link that is as the request
/// itself made it is shown whole to everybody: all it says was said by who asks.
pub(super) enum WrittenLink<'a> {
    Whole(LinkJson<'a>),
    Reference(&'a Link),
}

pub(super) fn written<'a, E: Edge>(
    context: &Context<'a, E>,
    proof: &Proof,
    link: &'a Link,
    counts: Counts,
    is_created: bool,
) -> WrittenLink<'a> {
    // Every edit is a version, and so is one that came between two tries of a repeated creation.
    if proof.has(Right::ReadLinks) || (is_created && link.version == 1) {
        WrittenLink::Whole(self::link(context, proof, link, counts))
    } else {
        WrittenLink::Reference(link)
    }
}

impl WrittenLink<'_> {
    pub(super) fn write(&self, json: &mut Members) {
        match self {
            Self::Whole(link) => link.write(json),
            Self::Reference(link) => {
                json.text("id", link.id.as_str());
                json.text("alias", link.alias.as_str());
                json.text("domain", link.domain.as_str());
                json.number("version", link.version);
            }
        }
    }
}

impl LinkJson<'_> {
    pub(super) fn write(&self, json: &mut Members) {
        let Self { link, .. } = self;
        let spec = &link.spec;
        json.text("id", link.id.as_str());
        json.text("alias", link.alias.as_str());
        json.text("domain", link.domain.as_str());
        json.text("short_url", &short_url(self.config, &link.domain, &link.alias));
        json.text("target", link.target.as_str());
        json.text_or_null("title", spec.title.as_ref().map(Title::as_str));
        json.texts("tags", spec.tags.iter().map(Tag::as_str));
        json.text_or_null("note", spec.note.as_ref().map(Note::as_str));
        json.text_or_null("external_id", spec.external_id.as_ref().map(ExternalId::as_str));
        json.text_or_null("owner", link.owner.as_ref().map(UserId::as_str));
        json.text("created_at", &link.created_at.to_string());
        json.text("updated_at", &link.updated_at.to_string());
        json.text("state", link.state(self.counts.taken, self.now).name());
        json.text_or_null("starts_at", moment(spec.starts_at).as_deref());
        json.text_or_null("ends_at", moment(spec.ends_at).as_deref());
        json.number_or_null("max_clicks", spec.max_clicks.map(NonZeroU64::get));
        json.flag("confirm", spec.confirm);
        json.text_or_null("fallback", spec.fallback.as_ref().map(Target::as_str));
        json.flag("has_password", spec.password.is_some());
        json.number("redirect_status", spec.redirect_status.code().as_u16().into());
        json.text("forward_query", spec.forward_query.name());
        json.flag("forward_path", spec.forward_path);
        json.list("rules", |rules| wire_rules::rules(&spec.rules, rules));
        match &spec.card {
            Some(card) => json.object("card", |json| wire_rules::card(card, json)),
            None => json.null("card"),
        }
        json.flag("strict", spec.strict);
        json.flag("crawlable", spec.crawlable);
        json.flag("disabled", spec.disabled);
        write_blocked(link.blocked.as_ref(), json);
        if self.tells_clicks {
            json.object("clicks", |json| write_clicks(self.counts.clicks, json));
        } else {
            json.null("clicks");
        }
        json.number("version", link.version);
        if self.tells_password_hash {
            json.text_or_null("password_hash", self.password_hash().as_deref());
        }
    }

    /// The link as one line of JSON.
    pub(super) fn line(&self) -> String {
        let mut line = json::object(|json| self.write(json));
        line.push('\n');
        line
    }

    fn password_hash(&self) -> Option<String> {
        self.link.spec.password.as_ref().map(PasswordHash::phc)
    }
}

pub(super) fn write_blocked(blocked: Option<&Blocked>, json: &mut Members) {
    match blocked {
        Some(blocked) => json.object("blocked", |json| say_blocked(blocked, json)),
        None => json.null("blocked"),
    }
}

fn say_blocked(blocked: &Blocked, json: &mut Members) {
    json.text("reason", blocked.reason.as_str());
    json.text("at", &blocked.at.to_string());
}

fn write_clicks(clicks: Clicks, json: &mut Members) {
    json.number("humans", clicks.humans);
    json.number("bots", clicks.bots);
    json.number("previews", clicks.previews);
}

fn moment(moment: Option<Timestamp>) -> Option<String> {
    moment.map(|moment| moment.to_string())
}

/// Where visitors follow the link. A link on a domain the deployment no longer serves shows the address it would have.
pub(crate) fn short_url(config: &Config, domain: &Domain, alias: &Alias) -> String {
    let alias = alias.encoded();
    match config.origin_of(domain.as_str()) {
        Some(origin) => format!("{origin}/{alias}"),
        None => format!("https://{domain}/{alias}"),
    }
}

/// The link's own address in the API.
pub(super) fn address(link: &Link) -> String {
    format!("/api/v1/links/{}?{}", link.alias.encoded(), domain_query(&link.domain))
}

/// The domain as part of a query. Only an IPv6 address holds anything to encode.
pub(super) fn domain_query(domain: &Domain) -> String {
    form_urlencoded::Serializer::new(String::new()).append_pair("domain", domain.as_str()).finish()
}
