//! Colours: how one is written, and how well two are told apart. Pages and QR codes have them.

use std::fmt;

/// What WCAG asks of text at level AA.
const OF_TEXT: f64 = 4.5;
/// What it asks of pictures, and about what a camera needs.
const OF_A_PICTURE: f64 = 3.0;

/// Red, green and blue, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) [u8; 3]);

/// The colours of a deployment's pages: an accent, and one that can be read on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colors {
    pub(crate) accent: Color,
    pub(crate) on_accent: Color,
}

impl Color {
    pub(crate) const BLACK: Self = Self([0; 3]);
    pub(crate) const WHITE: Self = Self([0xff; 3]);

    /// The colour of `rrggbb`, in letters of either case.
    pub(crate) fn of_digits(digits: &str) -> Option<Self> {
        let is_six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| is_six)?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Whether a camera tells this colour from a lighter `background`.
    pub(crate) fn is_dark_on(self, background: Self) -> bool {
        background.light() >= OF_A_PICTURE * self.light()
    }

    /// How well two colours are told apart, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.light(), other.light());
        one.max(other) / one.min(other)
    }

    /// How much light it sends, as WCAG reckons, with what any screen reflects.
    fn light(self) -> f64 {
        let [red, green, blue] = self.0.map(linear);
        0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl Default for Colors {
    fn default() -> Self {
        Self { accent: Color([0x1f, 0x5f, 0xbf]), on_accent: Color::WHITE }
    }
}

impl Colors {
    /// One or two colours. Where the second is missing it is black or white, whichever is told apart better.
    ///
    /// # Errors
    /// What is no colour, or a pair that is hard to read, in a sentence for the log.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut colors = Vec::new();
        for word in text.split([',', ' ', '\n']).filter(|word| !word.is_empty()) {
            let color = word.strip_prefix('#').and_then(Color::of_digits);
            colors.push(color.ok_or_else(|| format!("\"{word}\" is no colour, as in #1f5fbf"))?);
        }
        match *colors.as_slice() {
            [accent] => {
                let is_dark = accent.contrast(Color::WHITE) >= accent.contrast(Color::BLACK);
                Ok(Self { accent, on_accent: if is_dark { Color::WHITE } else { Color::BLACK } })
            }
            [accent, on_accent] if accent.contrast(on_accent) >= OF_TEXT => Ok(Self { accent, on_accent }),
            [accent, on_accent] => {
                // Cut and not rounded, so that a refused contrast never reads as the one that is asked for.
                let contrast = (accent.contrast(on_accent) * 100.0).floor() / 100.0;
                Err(format!("{on_accent} on {accent} has a contrast of {contrast:.2}:1, and text needs 4.5:1"))
            }
            _ => Err("name one colour, or two: the accent and the text on it".into()),
        }
    }
}

/// The linear light of a byte of sRGB.
fn linear(byte: u8) -> f64 {
    let channel = f64::from(byte) / 255.0;
    if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(digits: &str) -> Color {
        Color::of_digits(digits).unwrap()
    }

    fn pair(text: &str) -> Result<(String, String), String> {
        Colors::parse(text).map(|colors| (colors.accent.to_string(), colors.on_accent.to_string()))
    }

    #[test]
    fn a_colour_is_six_digits() {
        for (digits, written) in [("000000", "#000000"), ("ffFFff", "#ffffff"), ("01aBc9", "#01abc9"), ("123456", "#123456")] {
            assert_eq!(color(digits).to_string(), written, "{digits}");
        }
        for text in
            ["", "fff", "12345", "1234567", "12345678", "12345g", "red", "+12345", "-12345", "#12345", "１２", "rgb(0,0,0)", " 00000"]
        {
            assert_eq!(Color::of_digits(text), None, "{text:?}");
        }
    }

    #[test]
    fn light_is_reckoned_as_by_everybody() {
        for (byte, known) in [(0, 0.0), (10, 0.003_035), (11, 0.003_347), (128, 0.215_861), (255, 1.0)] {
            assert!((linear(byte) - known).abs() < 1e-6, "{byte}");
        }
    }

    #[test]
    fn a_code_is_darker_than_its_background_by_three_to_one() {
        for (dark, light, is_dark) in [
            ("000000", "ffffff", true),
            ("949494", "ffffff", true),
            ("959595", "ffffff", false),
            ("000000", "5a5a5a", true),
            ("000000", "585858", false),
            ("ffffff", "000000", false),
            ("000000", "000000", false),
            ("ff0000", "ffffff", true),
            ("00ff00", "ffffff", false),
            ("0000ff", "ffff00", true),
            ("ffff00", "0000ff", false),
        ] {
            assert_eq!(color(dark).is_dark_on(color(light)), is_dark, "{dark} on {light}");
        }
    }

    #[test]
    fn the_text_is_black_or_white_unless_it_is_named() {
        for (accent, text) in
            [("#000000", "#ffffff"), ("#FFEE00", "#000000"), ("#1f5fbf", "#ffffff"), ("#757575", "#ffffff"), ("#767676", "#000000")]
        {
            assert_eq!(pair(accent).unwrap(), (accent.to_ascii_lowercase(), text.to_owned()));
        }
        assert_eq!(pair(" #102030,\n#EEEEEE ").unwrap(), ("#102030".into(), "#eeeeee".into()));
    }

    #[test]
    fn black_or_white_can_always_be_read() {
        for gray in 0..=u8::MAX {
            let colors = Colors::parse(&Color([gray; 3]).to_string()).unwrap();
            assert!(colors.accent.contrast(colors.on_accent) >= OF_TEXT, "{gray}");
        }
        assert!(Colors::default().accent.contrast(Colors::default().on_accent) >= OF_TEXT);
    }

    #[test]
    fn a_pair_that_is_hard_to_read_is_refused() {
        assert!(pair("#ffffff #767676").is_ok());
        assert_eq!(pair("#ffffff #777777").unwrap_err(), "#777777 on #ffffff has a contrast of 4.47:1, and text needs 4.5:1");
        assert_eq!(pair("#102030 #102030").unwrap_err(), "#102030 on #102030 has a contrast of 1.00:1, and text needs 4.5:1");
    }

    #[test]
    fn a_deployment_names_colours_with_their_sign() {
        for text in
            ["red", "#fff", "#12345g", "1234567", "123456", "##12345", "#1234567", "#12345é", "", "#000000 #ffffff #000000", "#000000;}"]
        {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
