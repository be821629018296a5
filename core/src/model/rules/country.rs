//! Countries by their two-letter code of ISO 3166.

use crate::model::field_error::FieldError;

/// Every code of ISO 3166-1 alpha-2, and XK, which edges report for Kosovo.
const CODES: &str = "\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZ\
ECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKY\
KZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPY\
QARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZA\
ZMZW";

/// A country, stored as its position in the list of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Country(u8);

impl Country {
    /// Parses a code in capitals or small letters.
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        Self::of(text).ok_or_else(|| FieldError::invalid("this is not a country code of ISO 3166: write it as in DE"))
    }

    /// The country with this code. `None` for other codes, which edges report for unknown countries.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let code = <[u8; 2]>::try_from(text.as_bytes()).ok()?.map(|letter| letter.to_ascii_uppercase());
        let (codes, _) = CODES.as_bytes().as_chunks();
        let position = codes.binary_search_by_key(&u16::from_be_bytes(code), |code| u16::from_be_bytes(*code)).ok()?;
        u8::try_from(position).ok().map(Self)
    }

    /// All codes as two capitals. Codes with the same first letter are adjacent.
    #[cfg(feature = "docs")]
    pub(crate) fn codes() -> impl Iterator<Item = [char; 2]> {
        let (codes, _) = CODES.as_bytes().as_chunks();
        codes.iter().map(|code: &[u8; 2]| code.map(char::from))
    }

    pub(crate) fn as_str(self) -> &'static str {
        let start = usize::from(self.0).saturating_mul(2);
        CODES.get(start..start.saturating_add(2)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_250_sorted_codes_are_known() {
        assert!(CODES.is_ascii() && CODES.len() == 500);
        let code = |at| Country::parse(CODES.get(at..at + 2).unwrap()).unwrap().as_str().to_owned();
        let known: Vec<String> = (0..500).step_by(2).map(code).collect();
        assert!(known.is_sorted_by(|one, next| one < next), "{known:?}");
        assert_eq!(Country::parse("de").unwrap().as_str(), "DE");
        for other in ["", "D", "DEU", "UK", "EU", "XX", "T1", "ZZ", "EA", "ß", "é"] {
            assert!(Country::parse(other).is_err(), "{other}");
        }
    }

    #[test]
    fn unknown_codes_of_edges_are_no_country() {
        assert_eq!(["DE", "de", "XK"].map(|text| Country::of(text).is_some()), [true; 3]);
        assert_eq!(["XX", "T1", "", "?", "DEU", "D\u{df}"].map(Country::of), [None; 6]);
    }
}
