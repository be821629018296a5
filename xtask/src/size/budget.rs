//! What each module may weigh: `size-budget.toml`.
use crate::edge::Edge;
use crate::failure::{Failure, Outcome};
use crate::project::Project;

const FILE: &str = "size-budget.toml";

pub(super) struct Budget {
    cloudflare: usize,
    fastly: usize,
}

impl Budget {
    pub(super) fn read(project: &Project) -> Outcome<Self> {
        let text = project.read(FILE)?;
        Ok(Self { cloudflare: bytes(&text, Edge::Cloudflare)?, fastly: bytes(&text, Edge::Fastly)? })
    }

    pub(super) fn of(&self, edge: Edge) -> usize {
        match edge {
            Edge::Cloudflare => self.cloudflare,
            Edge::Fastly => self.fastly,
        }
    }
}

/// Reads a line such as `fastly = 350_000`, which is all the file is made of.
fn bytes(text: &str, edge: Edge) -> Outcome<usize> {
    let number = text.lines().filter_map(|line| line.split_once('=')).find_map(|(name, value)| {
        let value = value.split('#').next().unwrap_or_default();
        (name.trim() == edge.name()).then(|| value.trim().replace('_', ""))
    });
    let parsed = number.and_then(|number| number.parse().ok());
    parsed.ok_or_else(|| Failure::new(format!("{FILE} has no line like `{} = 300_000`", edge.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edge_has_its_line() {
        let text = "# cloudflare = 1\ncloudflare = 300_000\nfastly = 350_000 # why\n";
        assert_eq!(bytes(text, Edge::Cloudflare).unwrap(), 300_000);
        assert_eq!(bytes(text, Edge::Fastly).unwrap(), 350_000);
        assert!(bytes("fastly = many", Edge::Fastly).is_err());
        assert!(bytes("", Edge::Fastly).is_err());
    }
}
