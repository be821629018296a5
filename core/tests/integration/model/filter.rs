//! Lists: the links that a filter selects from a world, their order, and how pages are read.

use hop_core::csv;
use serde_json::{Value, json};

use super::candidates::Candidates;
use super::generate::{Generator, OWNERS};
use super::observe::Listed;
use super::world::{Address, Link, World};
use crate::support::client::Answer;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    List,
    Lines,
    Rows,
}

#[derive(Clone, Debug)]
pub(crate) struct Filter {
    form: Form,
    domain: &'static str,
    tags: Vec<String>,
    all: bool,
    owner: Option<&'static str>,
    state: Option<&'static str>,
    prefix: Option<&'static str>,
    /// Creation time: from this moment on, and before that one.
    from: Option<String>,
    to: Option<String>,
    /// Words, of which each begins a word of the link.
    words: &'static [&'static str],
    limit: usize,
}

impl Filter {
    fn of(domain: &'static str) -> Self {
        Self {
            form: Form::List,
            domain,
            tags: Vec::new(),
            all: false,
            owner: None,
            state: None,
            prefix: None,
            from: None,
            to: None,
            words: &[],
            limit: 100,
        }
    }

    pub(crate) fn draw(generator: &mut Generator, now: &str) -> Self {
        let limit = generator.of(&[3, 7, 20, 100]);
        let domain = generator.domain();
        if generator.one_in(5) {
            return Self { form: generator.of(&[Form::Lines, Form::Rows]), limit, ..Self::of(domain) };
        }
        let tags = generator.of(&[vec![], vec![], vec!["a"], vec!["ab"], vec!["a", "b"]]);
        let moment = |generator: &mut Generator| generator.one_in(4).then(|| generator.moment());
        let (from, to) = (moment(generator), moment(generator));
        // Equal or reversed moments are refused.
        let to = to.filter(|to| from.as_ref().is_none_or(|from| from < to) && to.as_str() <= now);
        Self {
            tags: tags.into_iter().map(str::to_owned).collect(),
            all: generator.one_in(2),
            owner: generator.of(&[None, None, Some("none"), Some(OWNERS[0])]),
            state: generator.of(&[None, None, Some("live"), Some("used_up"), Some("disabled"), Some("deleted"), Some("ended")]),
            prefix: generator.of(&[None, None, Some("a"), Some("ab"), Some("do"), Some("X")]),
            from,
            to,
            words: generator.of(&[&[][..], &[], &["t"], &["exam"], &["doc"], &["n", "com"], &["a", "secret"]]),
            limit,
            ..Self::of(domain)
        }
    }

    /// One filter of each kind.
    pub(crate) fn every(domains: &[&'static str], owners: &[&'static str]) -> Vec<Self> {
        let mut all = Vec::new();
        for domain in domains {
            let plain = Self::of(domain);
            all.push(plain.clone());
            all.push(Self { state: Some("deleted"), ..plain.clone() });
            all.push(Self { form: Form::Lines, ..plain.clone() });
            all.push(Self { form: Form::Rows, ..plain.clone() });
            all.push(Self { prefix: Some("a"), ..plain.clone() });
            all.extend([&["t"][..], &["ab"], &["b", "com"]].map(|words| Self { words, ..plain.clone() }));
            all.extend(["a", "ab", "b", "c"].map(|tag| Self { tags: vec![tag.to_owned()], ..plain.clone() }));
            all.extend(owners.iter().map(|owner| Self { owner: Some(owner), ..plain.clone() }));
        }
        all
    }

    pub(crate) fn path(&self) -> String {
        let mut path = match self.form {
            Form::List => format!("/api/v1/links?domain={}&limit={}", self.domain, self.limit),
            Form::Lines => format!("/api/v1/export?format=jsonl&domain={}&limit={}", self.domain, self.limit),
            Form::Rows => format!("/api/v1/export?format=csv&domain={}&limit={}", self.domain, self.limit),
        };
        self.tags.iter().for_each(|tag| path += &format!("&tag={tag}"));
        if self.all && !self.tags.is_empty() {
            path += "&tags=all";
        }
        let texts = [
            ("owner", self.owner),
            ("state", self.state),
            ("prefix", self.prefix),
            ("created_from", self.from.as_deref()),
            ("created_to", self.to.as_deref()),
        ];
        for (name, value) in texts {
            path += &value.map(|value| format!("&{name}={value}")).unwrap_or_default();
        }
        if !self.words.is_empty() {
            path += &format!("&q={}", self.words.join("+"));
        }
        path
    }

    fn selects(&self, at: &Address, link: &Link) -> bool {
        let has = |tag: &String| link.settings.tags.contains(tag);
        let created = &link.created[0];
        at.0 == self.domain
            && (self.tags.is_empty() || if self.all { self.tags.iter().all(has) } else { self.tags.iter().any(has) })
            && self.owner.is_none_or(|owner| link.owner.as_deref().unwrap_or("none") == owner)
            && self.state.map_or(!link.deleted, |state| link.state() == state)
            && self.prefix.is_none_or(|prefix| at.1.starts_with(prefix))
            && self.from.as_ref().is_none_or(|from| from <= created)
            && self.to.as_ref().is_none_or(|to| created < to)
            && self.words.iter().all(|word| begins_a_word(word, at, link))
    }

    /// The selected links in order: newest first, or by alias if a prefix alone selects them.
    pub(crate) fn shown(&self, world: &World) -> Vec<Listed> {
        let mut shown: Vec<Listed> =
            world.links().filter(|(at, link)| self.selects(at, link)).map(|(at, link)| (at.clone(), link.clone())).collect();
        let by_alias =
            self.prefix.is_some() && self.words.is_empty() && self.tags.is_empty() && self.owner.is_none_or(|owner| owner == "none");
        if !by_alias {
            shown.sort_by(|one, other| other.1.created.cmp(&one.1.created).then(one.0.cmp(&other.0)));
        }
        shown
    }

    /// The links on a page, and the address of the next page.
    pub(crate) fn read(&self, page: &Answer) -> (Vec<Value>, Option<String>) {
        let links = page.headers.get_all("link").iter().filter_map(|value| value.to_str().ok());
        let next = links.filter_map(|link| link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")).next().map(str::to_owned);
        let items: Vec<Value> = match self.form {
            Form::List => {
                let json = page.json();
                assert_eq!(json["next"].as_str(), next.as_deref());
                json["items"].as_array().expect("a page has items").clone()
            }
            Form::Lines => page
                .body
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_slice(line).expect("a line is JSON"))
                .collect(),
            Form::Rows => rows(&page.body),
        };
        assert!(items.len() <= self.limit, "a page of {} has {}", self.limit, items.len());
        (items, next)
    }

    /// Whether a listed item shows this link. A CSV row shows fewer fields.
    pub(crate) fn fits(&self, candidates: &Candidates, json: &Value, at: &Address, link: &Link) -> bool {
        let is_it = candidates.ids.get(&link.model_id).is_none_or(|id| json["id"] == **id);
        let fits = if self.form == Form::Rows {
            json["alias"] == *at.1
                && json["version"] == link.version
                && json["target"] == *link.settings.destination.target
                && json["tags"] == json!(link.settings.tags)
        } else {
            link.is_shown_by(json, at)
        };
        is_it && fits
    }
}

/// Whether `beginning` begins a word of the link: of its alias, title, tags or target.
fn begins_a_word(beginning: &str, at: &Address, link: &Link) -> bool {
    let settings = &link.settings;
    let target = settings.destination.target.trim_start_matches("https://");
    let texts = [at.1.as_str(), settings.title.as_deref().unwrap_or_default(), &settings.tags.join(" "), target].join(" ");
    texts.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(beginning))
}

/// CSV rows as objects. Cells that are not text are JSON.
fn rows(text: &[u8]) -> Vec<Value> {
    let mut records = csv::CsvRecords::new(text).map(|record| record.expect("a row").cells);
    let names = records.next().expect("the names of the columns");
    let row = |cells: Vec<String>| {
        let cell = |(name, cell): (&String, String)| {
            let is_text = !["tags", "version"].contains(&name.as_str());
            (name.clone(), if is_text { Value::from(cell) } else { serde_json::from_str(&cell).expect("a cell is JSON") })
        };
        Value::Object(names.iter().zip(cells).map(cell).collect())
    };
    records.map(row).collect()
}
