//! One line of an import: its position in the body and the link it describes.

use super::ImportFormat;
use crate::api::links::create::{LinkBody, NewLink};
use crate::api::links::fields::block::{BlockLine, exported_block};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::{Draft, Fields, Flatten, Ignored, JsonValue, Optional, Patch, RequestBody, request_body};
use crate::message::problem::Problem;
use crate::message::request::BODY_LIMIT;
use crate::model::clicks::Clicks;
use crate::model::csv::CsvRecords;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::link::UserId;
use crate::model::password::PasswordHash;
use crate::model::time::Timestamp;
use crate::store::ports::Edge;

/// CSV columns whose cells are numbers, booleans, or JSON (lists and objects). All other cells are text.
const NUMBERS: [&str; 2] = ["redirect_status", "max_clicks"];
const FLAGS: [&str; 7] = ["has_password", "confirm", "forward_path", "strict", "crawlable", "disabled", "reuse"];
const STRUCTURES: [&str; 5] = ["tags", "rules", "card", "blocked", "clicks"];

/// Longest line in bytes: an exported link has the fields of its request body and those that hop added.
const LONGEST: usize = BODY_LIMIT + 16 * 1_024;

request_body! {
    /// A link that was created elsewhere, as an export has it.
    pub(crate) struct LineBody as ImportLine {
        link: Flatten<LinkBody>,
        /// Owner of the link; `null` for none. Default: the user of this request.
        owner: Patch<UserId>,
        /// Time at which the link was created. Default: now.
        created_at: Optional<Timestamp>,
        /// How often the link was followed before.
        clicks: Optional<ClicksBody>,
        /// Block of the link, as an export has it.
        blocked: Optional<BlockLine>,
        /// Whether visitors had to enter a password. Then `password` or `password_hash` is needed, unless the link
        /// exists already.
        has_password: Optional<bool>,
        /// Hash of its password, as an export has it on request. Its cost must not exceed that of this edge.
        password_hash: Optional<PasswordHash>,
        /// Ignored.
        id: Ignored,
        /// Ignored.
        short_url: Ignored,
        /// Ignored.
        updated_at: Ignored,
        /// Ignored.
        state: Ignored,
        /// Ignored.
        version: Ignored,
    }

    /// How often a link was followed.
    pub(crate) struct ClicksBody {
        /// By people.
        humans: Optional<u64>,
        /// By programs.
        bots: Optional<u64>,
        /// By programs that show a preview.
        previews: Optional<u64>,
        /// Ignored.
        last_7_days: Ignored,
    }
}

/// An imported link.
pub(super) struct ImportLine {
    pub(super) new: NewLink,
    /// Whether the link had a password that the line does not contain.
    pub(super) lacks_password: bool,
    /// Whether the line contains the hash of its password, which can be compared.
    pub(super) brings_hash: bool,
}

impl ImportLine {
    /// Reads and checks a line. The link is on `domain` unless the line names another.
    pub(super) async fn parse<E: Edge>(
        context: &Context<'_, E>,
        authorized: &Authorized,
        line: RawLine<'_>,
        domain: &Domain,
    ) -> Result<Self, Problem> {
        let Draft { parts, wrong } = LineBody::draft(line.fields()?, &context.parsing());
        let hash = parts.password_hash;
        let mut new = NewLink::parse(context, authorized, Draft { parts: parts.link, wrong }, domain).await?;
        if hash.is_some() && new.password.is_some() {
            return Err(Problem::wrong_field(
                "password_hash",
                FieldError::new(FieldCode::Conflicts, "send either password or password_hash, not both"),
            ));
        }
        let brings_hash = hash.is_some();
        new.settings.password = hash;
        // Ids belong to a deployment. An owner who does not exist here is stored as it is; admins can change it.
        parts.owner.apply(&mut new.owner);
        new.created_at = parts.created_at;
        new.blocked = parts.blocked.map(|line| exported_block(line, context.now));
        new.imported_clicks = parts.clicks.map(ClicksBody::counts).unwrap_or_default();
        let lacks_password = parts.has_password.unwrap_or_default() && new.settings.password.is_none() && new.password.is_none();
        Ok(Self { new, lacks_password, brings_hash })
    }
}

impl ClicksBody {
    fn counts(self) -> Clicks {
        let [humans, bots, previews] = [self.humans, self.bots, self.previews].map(Option::unwrap_or_default);
        Clicks { humans, bots, previews }
    }
}

/// A line that is not parsed yet.
pub(super) struct RawLine<'a> {
    pub(super) number: usize,
    /// Offset of its first byte in the body.
    pub(super) start: usize,
    content: LineContent<'a>,
}

/// Content of a line. JSON is parsed only if the line is imported, since a continued import skips many lines.
enum LineContent<'a> {
    Json(&'a [u8]),
    Row(Result<Fields, Problem>),
}

impl RawLine<'_> {
    fn fields(self) -> Result<Fields, Problem> {
        match self.content {
            LineContent::Json(line) => from_json(line),
            LineContent::Row(fields) => fields,
        }
    }
}

/// Iterator over the lines of a body.
pub(super) enum Lines<'a> {
    Json { rest: &'a [u8], offset: usize, number: usize },
    Csv { records: CsvRecords<'a>, columns: Vec<String> },
}

impl<'a> Lines<'a> {
    pub(super) fn new(format: ImportFormat, bytes: &'a [u8]) -> Result<Self, Problem> {
        match format {
            ImportFormat::JsonLines => {
                let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
                Ok(Self::Json { rest, offset: bytes.len().saturating_sub(rest.len()), number: 1 })
            }
            ImportFormat::Csv => {
                let mut records = CsvRecords::new(bytes);
                let columns = match records.next() {
                    None => Vec::new(),
                    Some(Ok(names)) => names.cells,
                    Some(Err(error)) => return Err(Problem::malformed_list(error)),
                };
                Ok(Self::Csv { records, columns })
            }
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = RawLine<'a>;

    fn next(&mut self) -> Option<RawLine<'a>> {
        match self {
            Self::Json { rest, offset, number } => loop {
                let line = rest.split_inclusive(|byte| *byte == b'\n').next()?;
                let (this, start) = (*number, *offset);
                *rest = rest.get(line.len()..).unwrap_or_default();
                *offset = offset.saturating_add(line.len());
                *number = number.saturating_add(1);
                let line = line.trim_ascii();
                if !line.is_empty() {
                    return Some(RawLine { number: this, start, content: LineContent::Json(line) });
                }
            },
            Self::Csv { records, columns } => Some(match records.next()? {
                Ok(record) => {
                    RawLine { number: record.line, start: record.start, content: LineContent::Row(from_row(columns, record.cells)) }
                }
                Err(error) => {
                    RawLine { number: error.begins, start: error.start, content: LineContent::Row(Err(Problem::malformed_list(error))) }
                }
            }),
        }
    }
}

fn from_json(line: &[u8]) -> Result<Fields, Problem> {
    if line.len() > LONGEST {
        return Err(Problem::item_too_large(LONGEST));
    }
    let json_value = JsonValue::parse(line).map_err(|error| Problem::malformed_json(format!("The line is not JSON: {error}.")))?;
    Fields::from_json(json_value).map_err(Problem::wrong_body)
}

fn from_row(columns: &[String], cells: Vec<String>) -> Result<Fields, Problem> {
    if cells.len() != columns.len() {
        let found = cells.len();
        return Err(Problem::malformed_list(format!("the row has {found} cells, but the header names {} columns", columns.len())));
    }
    if cells.iter().map(String::len).fold(0, usize::saturating_add) > LONGEST {
        return Err(Problem::item_too_large(LONGEST));
    }
    let entry = |(name, cell): (&String, String)| (name.clone(), from_cell(name, cell));
    Ok(Fields::of_entries(columns.iter().zip(cells).map(entry).collect()))
}

/// Converts a cell to JSON. An empty cell is null. A cell that does not parse as the type of its column stays text,
/// which is then refused.
fn from_cell(name: &str, cell: String) -> JsonValue {
    if cell.is_empty() {
        return JsonValue::Null;
    }
    let read = if NUMBERS.contains(&name) {
        cell.parse().ok().map(JsonValue::Natural)
    } else if FLAGS.contains(&name) {
        cell.parse().ok().map(JsonValue::Bool)
    } else if STRUCTURES.contains(&name) {
        JsonValue::parse(cell.as_bytes()).ok()
    } else {
        None
    };
    read.unwrap_or(JsonValue::Text(cell))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::string_slice, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use crate::memory::Random;
    use crate::model::field_error::FieldErrors;

    /// The lines of a text after its `head`, with their numbers, read at most `limit` at a time.
    fn read_lines(format: ImportFormat, text: &str, head: &str, limit: impl Fn() -> usize) -> Vec<(usize, String)> {
        let (mut begins, mut before, mut read_lines) = (0, 0, Vec::new());
        loop {
            let sent = if begins == 0 { text.to_owned() } else { format!("{head}{}", &text[begins..]) };
            let mut lines = Lines::new(format, sent.as_bytes()).ok().unwrap();
            for line in lines.by_ref().take(limit()) {
                let number = before + line.number;
                let what = match line.fields() {
                    Ok(mut fields) => format!("{:?}", fields.take("a", Ok::<_, FieldErrors>)),
                    Err(problem) => problem.code.name().to_owned(),
                };
                read_lines.push((number, what));
            }
            let Some(RawLine { number, start: offset, .. }) = lines.next() else { return read_lines };
            let head = if begins == 0 { "" } else { head };
            (begins, before) = (begins + offset - head.len(), before + number - 1);
            before -= usize::from(matches!(format, ImportFormat::Csv));
        }
    }

    #[test]
    fn body_read_in_parts_equals_whole_body() {
        let random = std::cell::RefCell::new(Random::new(1));
        let below = |bound| random.borrow_mut().below(bound);
        let pieces = ["a", "1", ",", "\"", "\"\"", "\n", "\n", "\r\n", "\r", " ", "'=", "{\"a\":1}", "{\"a\":", "é"];
        let mut several = 0;
        for round in 0..4_000 {
            let (format, head) = if round % 2 == 0 { (ImportFormat::JsonLines, "") } else { (ImportFormat::Csv, "\u{feff}a,b\n") };
            let text = head.to_owned() + &(0..below(40)).map(|_| pieces[below(pieces.len())]).collect::<String>();
            let whole = read_lines(format, &text, head, || usize::MAX);
            assert_eq!(read_lines(format, &text, head, || 1 + below(4)), whole, "{text:?}");
            several += usize::from(whole.len() > 4);
        }
        assert!(several > 1_000, "only {several} texts took more than one part");
    }
}
