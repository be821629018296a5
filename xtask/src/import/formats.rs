//! The supported export formats: name, file layout and converter.
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

/// The reason why a link with a password is imported disabled.
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

/// The layout of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A header line and rows.
    Csv,
    /// Objects in an array of this name, or in a top-level array.
    Json(&'static str),
    /// One object per line.
    JsonLines,
}

/// Converts the fields of one link to hop's, or returns the reason why it cannot.
pub(super) type Convert = fn(&mut Fields, &mut Lost) -> Result<Draft, String>;

/// One layout of one format.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// The names that identify such a file: it has at least one name of each group.
    pub(super) required: &'static [&'static [&'static str]],
    pub(super) convert: Convert,
}

/// All formats, most specific first: a file that fits several is of the first one.
pub(super) const KINDS: [Kind; 10] = [
    Kind { format: Format::Shlink, layout: Layout::Json("data"), required: &[&["shortCode"], &["longUrl"]], convert: shlink::from_api },
    Kind { format: Format::Shlink, layout: Layout::Csv, required: &[&["shortCode"], &["longUrl"]], convert: shlink::from_csv },
    Kind { format: Format::Golink, layout: Layout::JsonLines, required: &[&["Short"], &["Long"]], convert: golink::convert },
    Kind { format: Format::Sink, layout: Layout::Json("links"), required: &[&["slug"], &["url"]], convert: sink::convert },
    Kind { format: Format::Kutt, layout: Layout::Json("data"), required: &[&["address"], &["target"]], convert: kutt::convert },
    Kind { format: Format::Yourls, layout: Layout::Csv, required: &[&["keyword", "source"], &["url", "target"]], convert: yourls::convert },
    Kind { format: Format::Dub, layout: Layout::Csv, required: &[&["Short link"], &["Destination URL"]], convert: dub::convert },
    Kind { format: Format::Bitly, layout: Layout::Csv, required: &[bitly::LINK, bitly::TARGET], convert: bitly::convert },
    Kind { format: Format::Hop, layout: Layout::JsonLines, required: &[&["target"]], convert: hop::convert },
    Kind { format: Format::Hop, layout: Layout::Csv, required: &[&["target"]], convert: hop::convert },
];

impl Format {
    pub(super) const NAMES: &str = "shlink|sink|kutt|yourls|bitly|dub|golink|hop";

    pub(super) fn from_name(name: &str) -> Option<Self> {
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

    /// The layouts of this format. For hop's own format the file name decides.
    pub(super) fn kinds(self, file: &Path) -> impl Iterator<Item = Kind> {
        let csv = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let fits = move |kind: &Kind| kind.format == self && (self != Self::Hop || csv == (kind.layout == Layout::Csv));
        KINDS.into_iter().filter(fits)
    }
}
