//! The description of the API as a module carries it: without blanks between its values, and of every description what it says first. All of it
//! would weigh 5 KB gzip more; docs/openapi.json and docs/API.md say the rest.

/// Where what is said first ends.
const ENDS: [&str; 2] = [". ", "; "];

const MARK: &str = "\"description\":\"";

pub(crate) fn brief(json: &str) -> String {
    let minified = minified(json);
    let mut parts = minified.split(MARK);
    let mut brief = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (text, rest) = part.split_at(end_of_text(part));
        let first = ENDS.iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
        brief.extend([MARK, &text[..first], rest]);
    }
    brief
}

/// Where the quote stands that ends a text.
fn end_of_text(rest: &str) -> usize {
    let mut escaped = false;
    let ends = |byte: u8| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    };
    rest.bytes().position(ends).unwrap_or(rest.len())
}

fn minified(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let stays = |character: &char| {
        let stays = in_string || !character.is_ascii_whitespace();
        if *character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = *character == '\\' && !escaped;
        stays
    };
    json.chars().filter(stays).collect()
}
