//! Families of links: what they are called and where they lead, before they have a date and an owner.
use super::people::{AIKO, MIRA, SAM, TOMAS};
use super::words::{
    CHANNELS, CITIES, EVENTS, OPENINGS, PAGES, PLACES, PRINTS, PRODUCTS, RANGES, ROLES, STORIES, SUBJECTS, TASKS, WELL_KNOWN,
};

/// What kind of link it is. It decides when the link was created, who follows it and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    WellKnown,
    Product,
    Guide,
    /// A story in the newsletter: how many issues ago, and which one of its stories.
    Story {
        issues_ago: u64,
    },
    /// A link of a campaign: how many seasons ago.
    Campaign {
        seasons_ago: u64,
    },
    Event,
    Job,
    Print,
    Article,
}

pub(super) struct Draft {
    pub(super) family: Family,
    /// Without one the link gets an alias like those that hop generates.
    pub(super) alias: Option<String>,
    pub(super) title: String,
    pub(super) target: String,
    pub(super) tags: Vec<String>,
    pub(super) owner: usize,
}

/// Stories in an issue of the newsletter.
const STORIES_PER_ISSUE: u64 = 3;
const ISSUES: u64 = 104;
const SEASONS: u64 = 5;

pub(super) fn well_known() -> Vec<Draft> {
    let drafts = WELL_KNOWN.iter().map(|(alias, title, target, tag)| {
        draft(Family::WellKnown, Some((*alias).to_owned()), (*title).to_owned(), (*target).to_owned(), &[tag], SAM)
    });
    drafts.collect()
}

/// All others, family by family.
pub(super) fn others() -> Vec<Draft> {
    [products(), guides(), stories(), campaigns(), events(), jobs(), prints(), articles()].into_iter().flatten().collect()
}

fn products() -> Vec<Draft> {
    let pairs = PRODUCTS.iter().flat_map(|product| PAGES.iter().map(move |page| (*product, *page)));
    let drafts = pairs.map(|(product, (page, path))| {
        let (name, slash) = (slug(product), if path.is_empty() { "" } else { "/" });
        let alias = if path.is_empty() { name.clone() } else { format!("{name}-{path}") };
        let title = format!("{}: {page}", capital(product));
        draft(Family::Product, Some(alias), title, format!("https://shop.example.com/{name}{slash}{path}"), &["shop"], TOMAS)
    });
    drafts.collect()
}

fn guides() -> Vec<Draft> {
    let pairs = PRODUCTS.iter().flat_map(|product| TASKS.iter().map(move |task| (*product, *task)));
    let drafts = pairs.map(|(product, task)| {
        let (name, article) = (slug(product), if task == "choose" { "a" } else { "your" });
        let (article, space) = if product.ends_with('s') && article == "a" { ("", "") } else { (article, " ") };
        let title = format!("How to {task} {article}{space}{product}").replace(" a alpine", " an alpine");
        draft(
            Family::Guide,
            Some(format!("{task}-{name}")),
            title,
            format!("https://help.example.com/{name}/{task}"),
            &["support", "guide"],
            SAM,
        )
    });
    drafts.collect()
}

fn stories() -> Vec<Draft> {
    let pairs = (0..ISSUES).flat_map(|ago| (0..STORIES_PER_ISSUE).map(move |nth| (ago, nth)));
    let drafts = pairs.zip(STORIES.iter().cycle()).map(|((issues_ago, nth), (story, name))| {
        let issue = ISSUES - issues_ago + 60;
        let title = format!("Trail notes {issue}: {story}");
        let target = format!("https://news.example.com/{issue}/{name}?utm_source=newsletter&utm_medium=email&utm_campaign=issue-{issue}");
        let place = ["lead", "story", "offer"].get(usize::try_from(nth).unwrap_or_default()).copied().unwrap_or("story");
        draft(Family::Story { issues_ago }, Some(format!("n{issue}-{name}")), title, target, &["newsletter", place], MIRA)
    });
    drafts.collect()
}

fn campaigns() -> Vec<Draft> {
    let pairs =
        (0..SEASONS).flat_map(|ago| RANGES.iter().flat_map(move |range| CHANNELS.iter().map(move |channel| (ago, *range, *channel))));
    let drafts = pairs.map(|(seasons_ago, range, (channel, tag))| {
        let title = format!("{range}: {channel}");
        let target = format!("https://shop.example.com/offers/{}?utm_source={tag}&utm_content={}", slug(range), slug(channel));
        draft(Family::Campaign { seasons_ago }, None, title, target, &["campaign", tag], MIRA)
    });
    drafts.collect()
}

fn events() -> Vec<Draft> {
    let pairs = CITIES.iter().flat_map(|city| EVENTS.iter().map(move |event| (*city, *event)));
    let drafts = pairs.map(|(city, (event, name))| {
        let place = slug(city);
        let (alias, target) = (format!("{name}-{place}"), format!("https://events.example.org/{place}/{name}"));
        draft(Family::Event, Some(alias), format!("{event} in {city}"), target, &["events", &place], AIKO)
    });
    drafts.collect()
}

fn jobs() -> Vec<Draft> {
    let pairs = ROLES.iter().flat_map(|role| CITIES.iter().step_by(2).map(move |city| (*role, *city)));
    let drafts = pairs.map(|(role, city)| {
        let name = format!("{}-{}", slug(role), slug(city));
        draft(Family::Job, None, format!("{role}, {city}"), format!("https://www.example.com/jobs/{name}"), &["jobs"], SAM)
    });
    drafts.collect()
}

fn prints() -> Vec<Draft> {
    let pairs = PLACES.iter().flat_map(|place| PRINTS.iter().map(move |print| (*place, *print)));
    let drafts = pairs.enumerate().map(|(number, (place, print))| {
        let target = format!("https://www.example.org/places/{}?utm_source=print&utm_content={}", slug(place), slug(print));
        draft(Family::Print, Some(format!("q{}", 101 + number)), format!("{print}, {place}"), target, &["print", "qr"], AIKO)
    });
    drafts.collect()
}

fn articles() -> Vec<Draft> {
    let pairs = OPENINGS.iter().flat_map(|opening| SUBJECTS.iter().map(move |subject| (*opening, *subject)));
    let drafts = pairs.map(|(opening, subject)| {
        let title = format!("{opening} {subject}");
        draft(Family::Article, None, title.clone(), format!("https://blog.example.net/{}", slug(&title)), &["blog", "social"], MIRA)
    });
    drafts.collect()
}

fn draft(family: Family, alias: Option<String>, title: String, target: String, tags: &[&str], owner: usize) -> Draft {
    let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Draft { family, alias, title, target, tags, owner }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The words of `text` in lower case, with hyphens between them.
fn slug(text: &str) -> String {
    let plain = text.replace('é', "e").replace('\'', "").to_lowercase();
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
