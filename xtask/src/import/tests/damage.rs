//! Damaged and unexpected files.
use super::super::formats::Format;
use super::super::recognise;
use super::super::send::LARGEST_BODY;
use super::{Folder, convert};

const YOURLS: &str = "keyword,url,title,timestamp,ip,clicks\n";

fn yourls(rows: impl AsRef<[u8]>) -> (Vec<String>, String) {
    let folder = Folder::new();
    let mut content = YOURLS.as_bytes().to_vec();
    content.extend(rows.as_ref());
    convert(&folder.file("y.csv", content), Format::Yourls, true)
}

fn error_of(name: &str, content: impl AsRef<[u8]>, format: Format) -> String {
    let folder = Folder::new();
    let path = folder.file(name, content);
    let failure = recognise::reading(&path, format).err().expect("the file should be rejected");
    failure.to_string().replace(&path.display().to_string(), "FILE")
}

#[test]
fn empty_file_is_an_error() {
    for content in ["", " \n\n"] {
        assert_eq!(error_of("a.json", content, Format::Shlink), "error: FILE is empty");
    }
}

#[test]
fn file_of_another_format_suggests_that_format() {
    for (content, format, guess) in [
        (YOURLS, Format::Bitly, "yourls"),
        ("Short link,Destination URL,Clicks\n", Format::Shlink, "dub"),
        ("Link,Custom Link,Destination URL\n", Format::Yourls, "bitly"),
        ("createdAt,domain,shortCode,shortUrl,longUrl\n", Format::Dub, "shlink"),
        (r#"{"data":[{"shortCode":"a","longUrl":"https://a.example"}]}"#, Format::Kutt, "shlink"),
        (r#"{"data":[{"address":"a","target":"https://a.example"}]}"#, Format::Sink, "kutt"),
        (r#"{"links":[{"slug":"a","url":"https://a.example"}]}"#, Format::Shlink, "sink"),
        (r#"{"Short":"a","Long":"https://a.example"}"#, Format::Hop, "golink"),
        (r#"{"alias":"a","target":"https://a.example"}"#, Format::Golink, "hop"),
    ] {
        let expected = format!("error: FILE is not an export of {}\n\nIt looks like {guess}: try `--from {guess}`.", format.name());
        assert_eq!(error_of("a.txt", content, format), expected, "{content}");
    }
}

#[test]
fn file_of_no_format_lists_its_fields() {
    let error = error_of("a.csv", "Name,Street\n", Format::Bitly);
    assert_eq!(error, "error: FILE is not an export of bitly\n\nIt looks like CSV with the fields name, street.");
    assert!(error_of("a.json", "\u{FEFF}[1,2]", Format::Sink).contains("neither JSON nor CSV"));
    assert!(error_of("a.csv", b"\xFF\xFEk\0e\0y\0", Format::Yourls).contains("UTF-16"));
}

#[test]
fn export_without_links_is_accepted() {
    for (content, format) in [
        (r#"{"shortUrls":{"data":[],"pagination":{"currentPage":1}}}"#, Format::Shlink),
        (r#"{"version":"1.0","exportedAt":"x","count":0,"links":[]}"#, Format::Sink),
        (r#"{"total":0,"limit":10,"skip":0,"data":[]}"#, Format::Kutt),
    ] {
        let folder = Folder::new();
        assert_eq!(convert(&folder.file("a.json", content), format, true).0, Vec::<String>::new(), "{content}");
    }
}

#[test]
fn top_level_arrays_are_accepted() {
    let link = r#"{"shortCode":"a","longUrl":"https://a.example"}"#;
    for content in [format!("[{link}]"), format!(r#"[{{"shortUrls":{{"data":[{link}]}}}}]"#)] {
        let folder = Folder::new();
        let (lines, _) = convert(&folder.file("a.json", &content), Format::Shlink, true);
        assert_eq!(lines, [r#"{"alias":"a","target":"https://a.example"}"#], "{content}");
    }
}

#[test]
fn bom_crlf_and_quoted_line_breaks_are_read() {
    let folder = Folder::new();
    let content = "\u{FEFF}keyword,url,title\r\na,https://a.example,\"one\r\ntwo\"\r\nb,https://b.example,\r\n";
    let (lines, lost) = convert(&folder.file("y.csv", content), Format::Yourls, true);
    let expected = [r#"{"alias":"a","target":"https://a.example","title":"one two"}"#, r#"{"alias":"b","target":"https://b.example"}"#];
    assert_eq!((lines.as_slice(), lost.as_str()), (expected.map(str::to_owned).as_slice(), ""));
}

#[test]
fn invalid_utf_8_is_reported_with_its_line() {
    let (lines, _) = yourls(b"a,https://a.example,\xFF,2021-01-01,,1\nb,https://b.example,,,,\n");
    assert_eq!(lines, ["line 2: it is not UTF-8", r#"{"alias":"b","target":"https://b.example"}"#]);
}

#[test]
fn unknown_columns_are_counted_by_name() {
    let folder = Folder::new();
    let file =
        folder.file("y.csv", "keyword,url,Favourite Colour\na,https://a.example,red\nb,https://b.example,\nc,https://c.example,blue\n");
    assert_eq!(convert(&file, Format::Yourls, true).1, "2 `Favourite Colour` fields were not imported: hop has no such field\n");
}

#[test]
fn duplicate_alias_is_rejected() {
    let (lines, _) = yourls("a,https://a.example,,,,\nA,https://b.example,,,,\na,https://c.example,,,,\na,https://d.example,,,,\n");
    assert_eq!(lines[1], r#"{"alias":"A","target":"https://b.example"}"#);
    assert_eq!(lines[2..], ["line 4: line 2 has this alias already", "line 5: line 2 has this alias already"]);
}

#[test]
fn link_larger_than_a_chunk_is_rejected() {
    let (lines, _) = yourls(format!("a,https://a.example/{},,,,\nb,https://b.example,,,,\n", "x".repeat(LARGEST_BODY)));
    assert_eq!(
        lines,
        [format!("line 2: it is longer than {LARGEST_BODY} bytes"), r#"{"alias":"b","target":"https://b.example"}"#.to_owned()]
    );
}

#[test]
fn long_titles_and_extra_tags_are_truncated() {
    let folder = Folder::new();
    let tags: Vec<String> = (0..12).map(|number| format!("t{number}")).collect();
    let content = format!("Link,Destination URL,Title,Tags\nbit.ly/a,https://a.example,{},\"{}\"\n", "ü".repeat(300), tags.join(","));
    let (lines, lost) = convert(&folder.file("b.csv", content), Format::Bitly, true);
    assert!(lines[0].contains(&format!("\"title\":\"{}\"", "ü".repeat(256))) && lines[0].contains("\"t9\"]"), "{lines:?}");
    assert_eq!(
        lost,
        "2 tags were not imported: a link has at most ten\n1 title end was not imported: hop keeps 512 bytes of a title, 4,096 of a note, 200 of a card's title and 500 of its description\n"
    );
}

#[test]
fn invalid_end_date_rejects_the_link() {
    let folder = Folder::new();
    let content = r#"{"data":[{"address":"a","target":"https://a.example","expire_in":"soon"}]}"#;
    let (lines, lost) = convert(&folder.file("k.json", content), Format::Kutt, true);
    assert_eq!((lines, lost.as_str()), (vec!["line 1: `soon` is not a valid date".to_owned()], ""));
}

#[test]
fn invalid_characters_in_texts_are_removed() {
    let folder = Folder::new();
    let link = serde_json::json!({"slug": "a", "url": "https://example.com/", "title": "é".repeat(150), "comment": "one\r\ntwo\u{7}\tthree\rfour\u{202e}",
        "description": format!("Come\r\n and\u{7} see {}", "x".repeat(600))});
    let file = folder.file(
        "l.json",
        serde_json::json!({"links": [link, {"slug": "b", "url": "https://example.com/", "description": "\u{7}"}]}).to_string(),
    );
    let (lines, lost) = convert(&file, Format::Sink, true);
    let [first, second] = [0, 1].map(|at| serde_json::from_str::<serde_json::Value>(&lines[at]).unwrap());
    assert_eq!((&first["note"], first["title"].as_str().unwrap().len()), (&"one\ntwo\tthree\nfour".into(), 300));
    let part = |name: &str| first["card"][name].as_str().unwrap();
    assert_eq!((part("title"), part("description").len()), ("é".repeat(100).as_str(), 500));
    assert!(part("description").starts_with("Come and see xxx"));
    assert_eq!(second.get("card"), None);
    assert!(lost.starts_with("1 card description end was not imported: hop keeps") && lost.contains("1 card title end was"), "{lost}");
}
