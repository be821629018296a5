//! The two platforms that hop is deployed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    Cloudflare,
    Fastly,
}

impl Edge {
    pub(crate) const ALL: [Self; 2] = [Self::Cloudflare, Self::Fastly];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cloudflare => "cloudflare",
            Self::Fastly => "fastly",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edge| edge.name() == name)
    }
}
