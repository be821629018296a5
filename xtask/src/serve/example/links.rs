//! The links of the example: their dates, owners and settings, and how much they are followed.
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::calendar::{self, DAY, HOUR, MINUTE};
use super::families::{self, Draft, Family};
use super::people::{AIKO, MIRA, SAM, TOMAS};
use super::random::{Random, zipf};

pub(super) const LINKS: usize = 2_000;

/// The domains of the example besides the default one.
pub(super) const DOMAINS: [&str; 2] = ["go.example", "events.example"];

/// The oldest link had this age when hop was set up.
const HISTORY: u64 = 730 * DAY;

pub(super) struct Link {
    pub(super) family: Family,
    pub(super) alias: String,
    /// The name of its domain; the default one if there is none.
    pub(super) domain: Option<&'static str>,
    pub(super) created_at: u64,
    /// The position of its owner in [`super::people::PEOPLE`].
    pub(super) owner: usize,
    /// How popular it is in comparison with the others.
    pub(super) weight: f64,
    /// The moment that an event takes place.
    pub(super) event_at: Option<u64>,
    /// The fields of the API, without owner and date.
    pub(super) fields: Map<String, Value>,
}

/// The links of a deployment that was set up at `start`, as of `now`, the oldest first.
pub(super) fn links(start: u64, now: u64) -> Vec<Link> {
    let mut random = Random::new(1);
    let mut drafts = families::others();
    random.shuffle(&mut drafts);
    let well_known = families::well_known();
    drafts.truncate(LINKS - well_known.len());
    let mut aliases = BTreeSet::new();
    let all = well_known.into_iter().chain(drafts).enumerate();
    let mut links: Vec<Link> = all.map(|(rank, draft)| link(rank, draft, start, now, &mut aliases, &mut random)).collect();
    links.sort_by_key(|link| link.created_at);
    links
}

fn link(rank: usize, draft: Draft, start: u64, now: u64, aliases: &mut BTreeSet<String>, random: &mut Random) -> Link {
    let (created_at, event_at) = dates(draft.family, start, now, random);
    let mut alias = draft.alias.unwrap_or_else(|| random.alias());
    while !aliases.insert(alias.clone()) {
        alias = random.alias();
    }
    let domain = match draft.family {
        Family::Event => Some(DOMAINS[1]),
        Family::Product if rank.is_multiple_of(2) => Some(DOMAINS[0]),
        _ => None,
    };
    let owner = if random.has_luck(8) { *random.pick(&[SAM, MIRA, TOMAS, AIKO]) } else { draft.owner };
    let mut fields = Map::new();
    fields.insert("alias".into(), alias.clone().into());
    if let Some(domain) = domain {
        fields.insert("domain".into(), domain.into());
    }
    let mut tags = draft.tags;
    if matches!(draft.family, Family::Campaign { .. } | Family::Story { .. } | Family::Event) {
        let (season, year) = calendar::season(event_at.unwrap_or(created_at));
        tags.push(format!("{season}-{year}"));
    }
    let title = match draft.family {
        Family::Campaign { .. } => {
            let (season, year) = calendar::season(created_at);
            format!("{} {year}, {}", season_title(season), draft.title)
        }
        _ => draft.title,
    };
    fields.insert("title".into(), title.into());
    fields.insert("target".into(), draft.target.into());
    fields.insert("tags".into(), tags.into());
    // What is new is followed more than what was popular once.
    let rank_of_interest = if created_at >= start && rank >= 20 { rank / 8 } else { rank };
    let mut link = Link { family: draft.family, alias, domain, created_at, owner, weight: zipf(rank_of_interest), event_at, fields };
    settings(&mut link, rank, now, random);
    link
}

fn season_title(season: &str) -> &'static str {
    match season {
        "spring" => "Spring sale",
        "summer" => "Summer offers",
        "autumn" => "Autumn weeks",
        _ => "Winter sale",
    }
}

/// When a link was created, and when its event takes place.
fn dates(family: Family, start: u64, now: u64, random: &mut Random) -> (u64, Option<u64>) {
    let (moment, event_at) = match family {
        Family::WellKnown => (start - HISTORY + random.below(300) * DAY, None),
        Family::Story { issues_ago } => {
            // Every Tuesday, before the newsletter is sent.
            let today = calendar::day_of(now);
            let tuesday =
                (0..7).map(|days| today - days * DAY).find(|day| calendar::civil(*day).weekday() == jiff::civil::Weekday::Tuesday);
            (tuesday.unwrap_or(today) - issues_ago * 7 * DAY - DAY, None)
        }
        Family::Campaign { seasons_ago } => (now - seasons_ago * 91 * DAY - random.below(55) * DAY, None),
        Family::Event => {
            let event = calendar::day_of(now) + 60 * DAY - random.below(520) * DAY + (16 + random.below(4)) * HOUR;
            let announced = event - (20 + random.below(50)) * DAY;
            (announced.min(now - random.below(20) * DAY), Some(event))
        }
        _ if random.has_luck(22) => (start + random.below((now - start) / HOUR) * HOUR, None),
        _ => {
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length of time")]
            let ago = (HISTORY as f64 * random.share().powf(1.6)) as u64;
            (start - ago, None)
        }
    };
    // In working hours, of Central Europe.
    let time = (7 + random.below(10)) * HOUR + random.below(60) * MINUTE + random.below(60_000);
    let mut created_at = calendar::working_day(calendar::day_of(moment) + time);
    while created_at + HOUR > now {
        created_at = calendar::working_day(created_at - DAY);
    }
    (created_at, event_at)
}

/// Settings that some links have.
fn settings(link: &mut Link, rank: usize, now: u64, random: &mut Random) {
    let text = |name: &str| link.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (title, target) = (text("title"), text("target"));
    let mut set = |name: &str, value: Value| link.fields.insert(name.to_owned(), value);
    match link.family {
        Family::Event => {
            let event_at = link.event_at.unwrap_or(now);
            set("ends_at", calendar::text(calendar::day_of(event_at) + DAY).into());
            if random.has_luck(40) {
                set("fallback", "https://events.example.org/past".into());
            }
        }
        Family::Job if link.created_at + 60 * DAY < now && random.has_luck(50) => {
            set("disabled", true.into());
            set("note", "The position is filled.".into());
        }
        Family::Campaign { seasons_ago } if seasons_ago > 1 => {
            set("ends_at", calendar::text(calendar::day_of(link.created_at) + 75 * DAY).into());
            set("fallback", "https://shop.example.com/offers".into());
        }
        Family::Story { .. } => {
            set("forward_query", "target_wins".into());
        }
        Family::Guide | Family::Product if random.has_luck(12) => {
            set("rules", language_rules(&target));
        }
        Family::Article if random.has_luck(10) => {
            set("card", json!({"title": title, "description": "From the blog, with pictures"}));
        }
        Family::Print if random.has_luck(25) => {
            set("note", "Printed: do not change the alias.".into());
        }
        _ => {}
    }
    match link.alias.as_str() {
        "shop" => set("rules", country_rules()),
        "podcast" => set("rules", device_rules()),
        "newsletter" => set("rules", split_rules()),
        "press" => set("password", "above the tree line".into()),
        _ => None,
    };
    // The ranks of well-known links are lower.
    match rank {
        200..206 => set("password", "members only, please".into()),
        210..214 => set("confirm", true.into()),
        220..224 => set("redirect_status", 301.into()),
        230..233 => set("max_clicks", 25.into()),
        240..245 if matches!(link.family, Family::Article | Family::Job | Family::Product) => {
            set("starts_at", calendar::text(calendar::day_of(now) + 10 * DAY).into())
        }
        250..256 => set("crawlable", true.into()),
        260..266 => set("external_id", format!("order-{}", 4_100 + rank).into()),
        _ => None,
    };
}

fn language_rules(target: &str) -> Value {
    let to = |language: &str| target.replacen(".com/", &format!(".com/{language}/"), 1);
    let rule = |language: &str| json!({"id": language, "target": to(language), "when": [{"type": "language", "any": [language]}]});
    json!([rule("de"), rule("fr")])
}

fn country_rules() -> Value {
    json!([
        {"id": "dach", "target": "https://shop.example.com/de", "when": [{"type": "country", "any": ["AT", "CH", "DE"]}]},
        {"id": "uk", "target": "https://shop.example.com/uk", "when": [{"type": "country", "any": ["GB", "IE"]}]},
        {"id": "us", "target": "https://shop.example.com/us", "when": [{"type": "country", "any": ["US", "CA"]}]},
    ])
}

fn device_rules() -> Value {
    json!([
        {"id": "ios", "target": "https://podcast.example.com/ios", "when": [{"type": "os", "any": ["ios"]}]},
        {"id": "android", "target": "https://podcast.example.com/android", "when": [{"type": "os", "any": ["android"]}]},
    ])
}

fn split_rules() -> Value {
    json!([{"id": "short-form", "target": "https://news.example.com/subscribe?form=short", "when": [{"type": "split", "percent": 50}]}])
}

impl Link {
    /// How much it is followed at `moment`, in comparison with other links and times.
    pub(super) fn interest(&self, moment: u64) -> f64 {
        if moment <= self.created_at {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "an age in milliseconds is exact")]
        let days = |millis: u64| millis as f64 / DAY as f64;
        let age = days(moment - self.created_at);
        let fading = |half_life: f64, peak: f64| 0.03 + peak * 0.5_f64.powf(age / half_life);
        self.weight
            * match self.family {
                Family::WellKnown => 2.6,
                Family::Product | Family::Guide => 0.8,
                Family::Print => 0.7,
                Family::Story { .. } => fading(1.6, 60.0),
                Family::Campaign { .. } => fading(14.0, 7.0),
                Family::Article => fading(4.0, 14.0),
                Family::Job => fading(20.0, 2.0),
                Family::Event => match self.event_at {
                    Some(event_at) if moment <= event_at => 1.0 + 6.0 * 0.5_f64.powf(days(event_at - moment) / 5.0),
                    _ => 0.1,
                },
            }
    }
}
