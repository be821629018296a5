//! Shards: the names of the ledger's objects, and which one has the clicks of a link.
//!
//! A name is `v1/<number of shards>/<position>`. The setting `HOP_LEDGER_SHARDS` lists numbers of shards: new clicks go
//! to the shards of the first number, and all are read. So the number can be changed without moving anything.

/// The highest number of shards.
const MAX_SHARDS: u16 = 64;
/// The highest number of numbers.
const MAX_GENERATIONS: usize = 4;

/// The names of all shards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ShardNames {
    current: u16,
    earlier: Vec<u16>,
}

impl Default for ShardNames {
    fn default() -> Self {
        Self { current: 1, earlier: Vec::new() }
    }
}

impl ShardNames {
    /// Parses the setting `HOP_LEDGER_SHARDS`.
    pub(crate) fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        let mut numbers = Vec::new();
        for word in words {
            let number = word.parse().ok().filter(|number| (1..=MAX_SHARDS).contains(number));
            let number = number.ok_or_else(|| format!("\"{word}\" is not a number from 1 to {MAX_SHARDS}"))?;
            if numbers.contains(&number) {
                return Err(format!("{number} is listed twice: list each number of shards once"));
            }
            numbers.push(number);
        }
        if numbers.len() > MAX_GENERATIONS {
            return Err(format!("list at most {MAX_GENERATIONS} numbers"));
        }
        let mut numbers = numbers.into_iter();
        Ok(numbers.next().map_or_else(Self::default, |current| Self { current, earlier: numbers.collect() }))
    }

    /// The shard that new clicks with this name go to: of a link, or of a domain.
    pub(crate) fn current(&self, name: &str) -> String {
        Self::at(self.current, name)
    }

    /// The shards that have the clicks of a link, one for each number.
    pub(crate) fn of_link(&self, link: &str) -> Vec<String> {
        self.numbers().map(|number| Self::at(number, link)).collect()
    }

    /// All shards.
    pub(crate) fn all(&self) -> Vec<String> {
        self.numbers().flat_map(|number| (0..number).map(move |position| Self::name(number, position))).collect()
    }

    /// The shard that makes the salts.
    pub(crate) fn first(&self) -> String {
        Self::name(self.current, 0)
    }

    fn numbers(&self) -> impl Iterator<Item = u16> {
        std::iter::once(self.current).chain(self.earlier.iter().copied())
    }

    fn at(number: u16, name: &str) -> String {
        // FNV-1a spreads ids evenly; they are random, so nothing can be aimed at one shard.
        let fnv_1a = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        let hash = name.bytes().fold(0x811c_9dc5, fnv_1a);
        let position = hash.checked_rem(number.into()).and_then(|position| u16::try_from(position).ok());
        Self::name(number, position.unwrap_or_default())
    }

    fn name(number: u16, position: u16) -> String {
        format!("v1/{number}/{position}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_lists_numbers_of_shards() {
        let parse = |text: &str| ShardNames::parse(text.split_whitespace());
        assert_eq!(parse(""), Ok(ShardNames::default()));
        assert_eq!(parse("8 1").unwrap().all().len(), 9);
        for wrong in ["0", "65", "x", "-1", "1 1", "1 2 3 4 5"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn new_clicks_go_to_the_first_number() {
        let names = ShardNames::parse("8 1".split(' ')).unwrap();
        let of_link = names.of_link("lnk_1");
        assert_eq!(of_link, [names.current("lnk_1"), "v1/1/0".to_owned()]);
        assert!(names.all().contains(&of_link[0]) && of_link[0].starts_with("v1/8/"));
        assert_eq!(names.first(), "v1/8/0");
    }

    #[test]
    fn links_are_spread_evenly() {
        let names = ShardNames::parse(["8"].into_iter()).unwrap();
        for shard in names.all() {
            let count = (0..8_000).filter(|number| names.current(&format!("lnk_{number}")) == shard).count();
            assert!((800..1_200).contains(&count), "{shard}: {count}");
        }
    }
}
