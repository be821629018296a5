//! The first load of the dashboard: what a browser fetches before the page appears.
use std::fs;

use crate::failure::{Outcome, While};
use crate::project::Project;

/// The goal for the first load, in gzipped bytes.
const GOAL: u64 = 60_000;
/// The limit, which only catches accidents.
const LIMIT: u64 = 100_000;

/// Prints the gzipped bytes of the page and of the scripts and style sheets that it names. Returns whether their sum is
/// within the limit.
pub(super) fn show(project: &Project) -> Outcome<bool> {
    let folder = project.dashboard();
    let path = folder.join("index.html");
    let page = fs::read_to_string(&path).doing(format_args!("reading {}", path.display()))?;
    println!("\nfirst load of the dashboard, gzipped");
    let mut sum = 0;
    for name in std::iter::once("index.html").chain(loaded(&page)) {
        let copy = folder.join(format!("{name}.gz"));
        let bytes = fs::metadata(&copy).doing(format_args!("reading {}", copy.display()))?.len();
        println!("{bytes:>10}  {name}");
        sum += bytes;
    }
    println!("{sum:>10}  in total; {}", verdict(sum));
    Ok(sum <= LIMIT)
}

fn verdict(sum: u64) -> String {
    match sum {
        0..=GOAL => format!("the goal is {GOAL}"),
        _ if sum <= LIMIT => format!("over the goal of {GOAL}"),
        _ => format!("over the limit of {LIMIT}"),
    }
}

/// The scripts and style sheets in a page, as Vite names them: the entry, the modules that it imports at once, which are
/// preloaded, and their styles. Modules that are imported later are not named.
fn loaded(page: &str) -> impl Iterator<Item = &str> {
    let values = page.split(['"', '\'']).filter_map(|value| value.strip_prefix("/app/"));
    values.filter(|name| name.starts_with("assets/") && (name.ends_with(".js") || name.ends_with(".css")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_styles_of_the_page_are_loaded() {
        let page = r#"<link rel="icon" href="/app/assets/icon-x.svg"><link rel="stylesheet" href="/app/theme.css">
            <script type="module" crossorigin src="/app/assets/index-x.js"></script>
            <link rel="modulepreload" crossorigin href="/app/assets/shared-x.js">
            <link rel="stylesheet" crossorigin href="/app/assets/index-x.css">"#;
        assert_eq!(loaded(page).collect::<Vec<_>>(), ["assets/index-x.js", "assets/shared-x.js", "assets/index-x.css"]);
    }

    #[test]
    fn verdict_names_goal_or_limit() {
        for (sum, text) in [(60_000, "the goal is 60000"), (60_001, "over the goal of 60000"), (100_001, "over the limit of 100000")] {
            assert_eq!(verdict(sum), text);
        }
    }
}
