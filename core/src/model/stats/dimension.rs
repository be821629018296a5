//! Dimensions: what the clicks of a day are broken down by.

/// A property of a click that statistics count separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    Country,
    Region,
    City,
    Referrer,
    Device,
    Os,
    Browser,
    Language,
    Rule,
    Variant,
    Reason,
    /// The followed link, in the statistics of a domain or a tag.
    Link,
}

impl Dimension {
    pub(crate) const ALL: [Self; 12] = [
        Self::Country,
        Self::Region,
        Self::City,
        Self::Referrer,
        Self::Device,
        Self::Os,
        Self::Browser,
        Self::Language,
        Self::Rule,
        Self::Variant,
        Self::Reason,
        Self::Link,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Region => "region",
            Self::City => "city",
            Self::Referrer => "referrer",
            Self::Device => "device",
            Self::Os => "os",
            Self::Browser => "browser",
            Self::Language => "language",
            Self::Rule => "rule",
            Self::Variant => "variant",
            Self::Reason => "reason",
            Self::Link => "link",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.name() == name)
    }

    /// Whether there is no limit to the number of values. Such values are counted in a frequent-items sketch, all
    /// others exactly.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Region | Self::City | Self::Referrer | Self::Link)
    }

    /// Whether the statistics of a domain have this dimension. Ids of rules have a meaning only within their link.
    pub(crate) const fn is_shared_by_links(self) -> bool {
        !matches!(self, Self::Rule | Self::Variant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_is_found_by_its_name() {
        for dimension in Dimension::ALL {
            assert_eq!(Dimension::parse(dimension.name()), Some(dimension));
        }
        assert_eq!(Dimension::parse("nothing"), None);
    }
}
