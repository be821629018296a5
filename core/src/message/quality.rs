//! Quality values (`q=0.8`) in the headers of content negotiation.

/// The best quality, in thousandths, that a list such as `gzip;q=0.8, br` gives one of `names`; nothing if it has none
/// of them.
pub(crate) fn quality(list: &str, names: &[&str]) -> Option<u32> {
    let qualities = list.split(',').filter_map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_wanted = names.iter().any(|known| name.eq_ignore_ascii_case(known));
        let written = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_wanted.then(|| written.map_or(1_000, thousandths))
    });
    qualities.max()
}

/// `0.85` as 850. An invalid quality counts as 1.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u32>()) {
        ("0", Ok(thousandths)) => thousandths,
        _ => 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn best_quality_of_the_names_counts() {
        for (list, best) in
            [("a;q=0.5, b;q=0.7, c", Some(700)), ("A ; q=0.5 ; x=1", Some(500)), ("a;Q=0", Some(0)), ("c", None), ("", None)]
        {
            assert_eq!(quality(list, &["a", "b"]), best, "{list}");
        }
    }

    #[test]
    fn quality_is_read_in_thousandths() {
        for (text, number) in [
            ("1", 1_000),
            ("1.0", 1_000),
            ("0.85", 850),
            ("0.001", 1),
            ("0", 0),
            ("0.", 0),
            ("0.1239", 123),
            ("-1", 1_000),
            ("0.x", 1_000),
            ("", 1_000),
        ] {
            assert_eq!(thousandths(text), number, "{text}");
        }
    }
}
