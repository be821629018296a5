//! Countries, by the two letters of ISO 3166.

use crate::error::Refusal;

/// Every code of ISO 3166-1 alpha-2, and XK, which edges report for Kosovo.
const CODES: &str = "\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZ\
ECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKY\
KZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPY\
QARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZA\
ZMZW";

/// A country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Country(&'static str);

impl Country {
    /// Reads a code in capitals or small letters.
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let starts = (0..CODES.len()).step_by(2);
        let mut codes = starts.filter_map(|start| CODES.get(start..)?.get(..2));
        let found = codes.find(|code| code.eq_ignore_ascii_case(text));
        found.map(Self).ok_or_else(|| Refusal::invalid("this is no country of ISO 3166, such as DE"))
    }

    pub(crate) fn as_str(self) -> &'static str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_country_in_order_and_no_other() {
        assert!(CODES.is_ascii() && CODES.len() == 500);
        let code = |at| Country::parse(CODES.get(at..at + 2).unwrap()).unwrap().as_str();
        let known: Vec<&str> = (0..500).step_by(2).map(code).collect();
        assert!(known.is_sorted_by(|one, next| one < next), "{known:?}");
        assert_eq!(Country::parse("de").unwrap().as_str(), "DE");
        for other in ["", "D", "DEU", "UK", "EU", "XX", "T1", "ZZ", "EA", "ß", "é"] {
            assert!(Country::parse(other).is_err(), "{other}");
        }
    }
}
