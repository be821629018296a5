//! Visits of the example: their number per day, and the time, link and visitor of each.
use super::calendar::{self, DAY, HOUR, MINUTE, SECOND};
use super::families::Family;
use super::links::Link;
use super::random::{Random, Weights};
use super::story::DAYS;
use super::visitors::{Visitor, Visitors};

/// Visits of a working day at the end; there are fewer at first and on weekends.
const BUSIEST_DAY: f64 = 800.0;

/// Visits of links between 0 and 23 o'clock, in the local time of people.
const WORKDAY: [f64; 24] =
    [1.2, 0.7, 0.5, 0.4, 0.5, 1.0, 2.4, 4.4, 6.4, 7.4, 7.2, 6.4, 6.6, 6.2, 6.0, 5.8, 5.4, 5.6, 5.6, 5.4, 5.8, 5.2, 3.6, 2.2];
const WEEKEND: [f64; 24] =
    [2.0, 1.4, 0.9, 0.6, 0.5, 0.6, 1.0, 2.0, 3.6, 5.2, 6.4, 6.6, 6.0, 5.6, 5.6, 5.6, 5.4, 5.4, 5.6, 6.0, 6.2, 5.4, 4.0, 2.8];

/// Addresses that programs look for on every server.
const PROBES: [&str; 6] = ["wp-login.php", ".env", "admin", "xmlrpc.php", "phpmyadmin", "backup.zip"];

pub(super) struct Visit {
    pub(super) at: u64,
    pub(super) domain: Option<&'static str>,
    /// What follows the domain, without `/`.
    pub(super) path: String,
    pub(super) visitor: Visitor,
    pub(super) referrer: Option<&'static str>,
}

/// The visits from `start` until `now` in the order of their times.
pub(super) fn visits(links: &[Link], start: u64, now: u64) -> Vec<Visit> {
    let (visitors, mut random) = (Visitors::new(), Random::new(3));
    let hours = [WORKDAY, WEEKEND].map(Weights::new);
    let mut visits = Vec::new();
    for day in (0..).map(|number| calendar::day_of(start) + number * DAY).take_while(|day| *day < now) {
        // What was interesting at noon was so all day; what was created later is found in the second half of the day.
        let popular = [day + 10 * HOUR, day + 18 * HOUR].map(|moment| Weights::new(links.iter().map(|link| link.interest(moment))));
        let hours = &hours[usize::from(calendar::is_weekend(day))];
        let mut one_day = OneDay { links, visitors: &visitors, popular, hours, day, random: &mut random };
        for _ in 0..count(day, start, one_day.random) {
            visits.push(one_day.visit());
        }
    }
    visits.retain(|visit| (start..now).contains(&visit.at));
    visits.sort_by_key(|visit| visit.at);
    visits
}

/// How many visits a whole day has.
fn count(day: u64, start: u64, random: &mut Random) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "a number of days")]
    let days = ((day - calendar::day_of(start)) / DAY) as f64;
    let growth = 0.42 + 0.58 * (days / DAYS as f64).powf(1.2);
    let weekday = match calendar::civil(day).weekday().to_monday_zero_offset() {
        0 => 0.96,
        // The newsletter is sent.
        1 => 1.2,
        2 | 3 => 1.0,
        4 => 0.88,
        5 => 0.58,
        _ => 0.52,
    };
    let chance = 0.92 + 0.16 * random.share();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of visits")]
    let count = (BUSIEST_DAY * growth * weekday * chance) as u64;
    count
}

/// What is needed to make the visits of a day.
struct OneDay<'a> {
    links: &'a [Link],
    visitors: &'a Visitors,
    /// The links by their interest in the first and in the second half of the day.
    popular: [Weights; 2],
    hours: &'a Weights,
    day: u64,
    random: &'a mut Random,
}

impl OneDay<'_> {
    fn visit(&mut self) -> Visit {
        match self.random.below(1_000) {
            ..790 => self.of_person(),
            790..925 => self.of_bot(),
            925..975 => self.of_preview(),
            _ => self.of_nothing(),
        }
    }

    /// The interest in links depends on the time, and that on where the visitor lives.
    fn of_person(&mut self) -> Visit {
        let visitor = self.visitors.person(self.random).clone();
        let at = self.time(&visitor);
        let link = &self.links[self.popular[usize::from(at > self.day + 12 * HOUR)].choose(self.random)];
        let is_print = link.family == Family::Print;
        let visitor = if is_print && !visitor.agent.is_mobile { self.visitors.mobile_person(self.random).clone() } else { visitor };
        let referrer = referrer(link, self.random);
        follow(link, at, visitor, referrer)
    }

    fn of_bot(&mut self) -> Visit {
        let (at, visitor) = (self.any_time(), self.visitors.bot(self.random));
        // Some go through everything they have found.
        let anywhere = self.random.below(self.links.len() as u64);
        let popular = self.popular[usize::from(at > self.day + 12 * HOUR)].choose(self.random);
        let position = if self.random.has_luck(60) { usize::try_from(anywhere).unwrap_or_default() } else { popular };
        follow(&self.links[position], at, visitor, None)
    }

    fn of_preview(&mut self) -> Visit {
        let (at, visitor) = (self.any_time(), self.visitors.preview(self.random));
        let link = &self.links[self.popular[usize::from(at > self.day + 12 * HOUR)].choose(self.random)];
        follow(link, at, visitor, None)
    }

    /// A visit that follows no link: of the front page, of a mistyped alias, or of a program that looks for weak servers.
    fn of_nothing(&mut self) -> Visit {
        let person = self.visitors.person(self.random).clone();
        let at = self.time(&person);
        let link = &self.links[self.popular[0].choose(self.random)];
        match self.random.below(10) {
            0..3 => Visit { at, domain: None, path: String::new(), visitor: person, referrer: None },
            3..7 => Visit { at, domain: link.domain, path: format!("{}l", link.alias), visitor: person, referrer: None },
            _ => {
                let visitor = self.visitors.bot(self.random);
                Visit { at, domain: None, path: (*self.random.pick(&PROBES)).to_owned(), visitor, referrer: None }
            }
        }
    }

    /// A time of this day at which the visitor is likely to be awake.
    fn time(&mut self, visitor: &Visitor) -> u64 {
        let local = i64::try_from(self.hours.choose(self.random)).unwrap_or_default();
        let hour = u64::try_from((local - visitor.place.ahead).rem_euclid(24)).unwrap_or_default();
        self.day + hour * HOUR + self.random.below(60 * MINUTE)
    }

    fn any_time(&mut self) -> u64 {
        self.day + self.random.below(DAY)
    }
}

fn follow(link: &Link, at: u64, visitor: Visitor, referrer: Option<&'static str>) -> Visit {
    // A visit is later than the creation of its link.
    let at = at.max(link.created_at + MINUTE + at % (45 * MINUTE) + SECOND);
    Visit { at, domain: link.domain, path: link.alias.clone(), visitor, referrer }
}

/// Where people find a link. Mail programs, chats and cameras send no referrer.
fn referrer(link: &Link, random: &mut Random) -> Option<&'static str> {
    const SEARCH: &str = "https://search.example/";
    const SOCIAL: &str = "https://social.example/";
    const VIDEOS: &str = "https://videos.example/";
    const FORUM: &str = "https://forum.example.org/";
    const MAIL: &str = "https://webmail.example.net/";
    const SHOP: &str = "https://shop.example.com/";
    const WEBSITE: &str = "https://www.example.com/";
    const BLOG: &str = "https://blog.example.net/";
    let (direct, from): (u32, [&str; 4]) = match link.family {
        Family::Print => (96, [SEARCH; 4]),
        Family::Story { .. } => (62, [MAIL, MAIL, MAIL, BLOG]),
        Family::Campaign { .. } => (40, [SOCIAL, MAIL, WEBSITE, VIDEOS]),
        Family::Article => (28, [SOCIAL, SOCIAL, FORUM, BLOG]),
        Family::Event => (45, [WEBSITE, SOCIAL, FORUM, SEARCH]),
        Family::Job => (50, [WEBSITE, SEARCH, SEARCH, SOCIAL]),
        Family::Guide | Family::Product => (38, [SHOP, SEARCH, FORUM, VIDEOS]),
        Family::WellKnown => (52, [WEBSITE, SEARCH, SOCIAL, BLOG]),
    };
    if random.has_luck(direct) { None } else { Some(*random.pick(&from)) }
}
