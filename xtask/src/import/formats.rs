//! The exports hop can read: what each is called, how its file is laid out, and what turns one of its links into hop's.
mod bitly;
mod dub;
mod golink;
mod hop;
mod kutt;
mod shlink;
mod sink;
mod yourls;

use std::path::Path;

use super::draft::Draft;
use super::fields::{Fields, Lost};

/// Why a link that had a password comes in disabled.
const WITHOUT_PASSWORD: &str = "it cannot be read from the export; the link is disabled until you enable it";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Shlink,
    Sink,
    Kutt,
    Yourls,
    Bitly,
    Dub,
    Golink,
    Hop,
}

/// How a file is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A header and rows.
    Csv,
    /// Objects in an array of this name, or in one that is the whole file.
    Json(&'static str),
    /// One object on each line.
    JsonLines,
}

/// Turns the fields of one foreign link into hop's, or says why not.
pub(super) type Convert = fn(&mut Fields, &mut Lost) -> Result<Draft, String>;

/// One layout of one format.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// What every such file has: of each group at least one name.
    pub(super) marks: &'static [&'static [&'static str]],
    pub(super) convert: Convert,
}

/// The most telling first: what fits several is the first of them.
pub(super) const KINDS: [Kind; 10] = [
    Kind { format: Format::Shlink, layout: Layout::Json("data"), marks: &[&["shortCode"], &["longUrl"]], convert: shlink::from_api },
    Kind { format: Format::Shlink, layout: Layout::Csv, marks: &[&["shortCode"], &["longUrl"]], convert: shlink::from_csv },
    Kind { format: Format::Golink, layout: Layout::JsonLines, marks: &[&["Short"], &["Long"]], convert: golink::convert },
    Kind { format: Format::Sink, layout: Layout::Json("links"), marks: &[&["slug"], &["url"]], convert: sink::convert },
    Kind { format: Format::Kutt, layout: Layout::Json("data"), marks: &[&["address"], &["target"]], convert: kutt::convert },
    Kind { format: Format::Yourls, layout: Layout::Csv, marks: &[&["keyword", "source"], &["url", "target"]], convert: yourls::convert },
    Kind { format: Format::Dub, layout: Layout::Csv, marks: &[&["Short link"], &["Destination URL"]], convert: dub::convert },
    Kind { format: Format::Bitly, layout: Layout::Csv, marks: &[bitly::LINK, bitly::TARGET], convert: bitly::convert },
    Kind { format: Format::Hop, layout: Layout::JsonLines, marks: &[&["target"]], convert: hop::convert },
    Kind { format: Format::Hop, layout: Layout::Csv, marks: &[&["target"]], convert: hop::convert },
];

impl Format {
    pub(super) const NAMES: &str = "shlink|sink|kutt|yourls|bitly|dub|golink|hop";

    pub(super) fn named(name: &str) -> Option<Self> {
        KINDS.map(|kind| kind.format).into_iter().find(|format| format.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Shlink => "shlink",
            Self::Sink => "sink",
            Self::Kutt => "kutt",
            Self::Yourls => "yourls",
            Self::Bitly => "bitly",
            Self::Dub => "dub",
            Self::Golink => "golink",
            Self::Hop => "hop",
        }
    }

    /// The layouts this format comes in. hop's own is told by the name of the file.
    pub(super) fn kinds(self, file: &Path) -> impl Iterator<Item = Kind> {
        let csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let fits = move |kind: &Kind| kind.format == self && (self != Self::Hop || csv == (kind.layout == Layout::Csv));
        KINDS.into_iter().filter(fits)
    }
}
