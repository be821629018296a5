//! Colours of pages and QR codes: their notation and the contrast of two colours.

use std::fmt;

/// Contrast that WCAG requires of text at level AA.
const TEXT_CONTRAST: f64 = 4.5;
/// Contrast that WCAG requires of graphics, and about what a camera needs.
const GRAPHICS_CONTRAST: f64 = 3.0;

/// The darkest surface of a light page, and the lightest of a dark one, on which an accent is text.
const LIGHT_SURFACE: Color = Color([0xf2, 0xf2, 0xf5]);
const DARK_SURFACE: Color = Color([0x24, 0x26, 0x2b]);

/// The number of steps in which a colour becomes black or white.
const MIXTURES: u16 = 16;

/// Red, green and blue, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) [u8; 3]);

/// The colours of a deployment's pages: an accent, and a text colour that is readable on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colors {
    pub(crate) accent: Color,
    pub(crate) on_accent: Color,
}

impl Color {
    pub(crate) const BLACK: Self = Self([0; 3]);
    pub(crate) const WHITE: Self = Self([0xff; 3]);

    /// Parses `rrggbb`, in letters of either case.
    pub(crate) fn from_hex(digits: &str) -> Option<Self> {
        let is_six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok().filter(|_| is_six)?.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// Whether a camera can distinguish this colour from a lighter `background`.
    pub(crate) fn is_dark_on(self, background: Self) -> bool {
        background.luminance() >= GRAPHICS_CONTRAST * self.luminance()
    }

    /// Black or white, whichever has the higher contrast with this colour.
    fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= self.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK }
    }

    /// The same hue as text on `background`: mixed with as much of `other`, black or white, as text needs.
    fn readable_on(self, background: Self, other: Self) -> Self {
        let mixtures = (0..=MIXTURES).map(|part| self.mixed_with(other, part));
        mixtures.into_iter().find(|color| color.contrast(background) >= TEXT_CONTRAST).unwrap_or(other)
    }

    /// A mixture of both colours, with `part` of [`MIXTURES`] parts of `other`.
    fn mixed_with(self, other: Self, part: u16) -> Self {
        let channel = |(own, other): (u8, u8)| {
            let own = u16::from(own).saturating_mul(MIXTURES.saturating_sub(part));
            let sum = own.saturating_add(u16::from(other).saturating_mul(part));
            u8::try_from(sum / MIXTURES).unwrap_or(u8::MAX)
        };
        let [red, green, blue] = self.0;
        let [other_red, other_green, other_blue] = other.0;
        Self([(red, other_red), (green, other_green), (blue, other_blue)].map(channel))
    }

    /// Contrast ratio of two colours as WCAG defines it, from 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        one.max(other) / one.min(other)
    }

    /// Relative luminance as WCAG defines it, plus its 0.05 for the light that a screen reflects.
    fn luminance(self) -> f64 {
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
    /// Parses one or two colours. A missing second one becomes black or white, whichever has the higher contrast.
    ///
    /// # Errors
    /// A sentence for the log: a word is not a colour, or the contrast of the pair is too low.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut colors = Vec::new();
        for word in text.split([',', ' ', '\n']).filter(|word| !word.is_empty()) {
            let color = word.strip_prefix('#').and_then(Color::from_hex);
            colors.push(color.ok_or_else(|| format!("\"{word}\" is not a colour: write it as in #1f5fbf"))?);
        }
        match *colors.as_slice() {
            [accent] => Ok(Self { accent, on_accent: accent.ink() }),
            [accent, on_accent] if accent.contrast(on_accent) >= TEXT_CONTRAST => Ok(Self { accent, on_accent }),
            [accent, on_accent] => {
                // Rounded down, so that a refused contrast is never displayed as the required one.
                let contrast = (accent.contrast(on_accent) * 100.0).floor() / 100.0;
                Err(format!("{on_accent} on {accent} has a contrast of {contrast:.2}:1, and text needs 4.5:1"))
            }
            _ => Err("write one colour, or two: the accent and the text on it".into()),
        }
    }

    /// The accent as text on a light page.
    pub(crate) fn accent_as_text(self) -> Color {
        self.accent.readable_on(LIGHT_SURFACE, Color::BLACK)
    }

    /// The colours on a dark page: there the accent is readable as text, too.
    pub(crate) fn on_dark_page(self) -> Self {
        let accent = self.accent.readable_on(DARK_SURFACE, Color::WHITE);
        if accent == self.accent { self } else { Self { accent, on_accent: accent.ink() } }
    }
}

/// Converts an sRGB channel to linear light.
fn linear(byte: u8) -> f64 {
    let channel = f64::from(byte) / 255.0;
    if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(digits: &str) -> Color {
        Color::from_hex(digits).unwrap()
    }

    fn pair(text: &str) -> Result<(String, String), String> {
        Colors::parse(text).map(|colors| (colors.accent.to_string(), colors.on_accent.to_string()))
    }

    #[test]
    fn a_colour_has_six_hex_digits() {
        for (digits, written) in [("000000", "#000000"), ("ffFFff", "#ffffff"), ("01aBc9", "#01abc9"), ("123456", "#123456")] {
            assert_eq!(color(digits).to_string(), written, "{digits}");
        }
        for text in
            ["", "fff", "12345", "1234567", "12345678", "12345g", "red", "+12345", "-12345", "#12345", "１２", "rgb(0,0,0)", " 00000"]
        {
            assert_eq!(Color::from_hex(text), None, "{text:?}");
        }
    }

    #[test]
    fn srgb_channels_convert_to_known_linear_values() {
        for (byte, known) in [(0, 0.0), (10, 0.003_035), (11, 0.003_347), (128, 0.215_861), (255, 1.0)] {
            assert!((linear(byte) - known).abs() < 1e-6, "{byte}");
        }
    }

    #[test]
    fn qr_colours_need_a_contrast_of_three() {
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
    fn missing_text_colour_becomes_black_or_white() {
        for (accent, text) in
            [("#000000", "#ffffff"), ("#FFEE00", "#000000"), ("#1f5fbf", "#ffffff"), ("#757575", "#ffffff"), ("#767676", "#000000")]
        {
            assert_eq!(pair(accent).unwrap(), (accent.to_ascii_lowercase(), text.to_owned()));
        }
        assert_eq!(pair(" #102030,\n#EEEEEE ").unwrap(), ("#102030".into(), "#eeeeee".into()));
    }

    #[test]
    fn black_or_white_is_readable_on_every_gray() {
        for gray in 0..=u8::MAX {
            let colors = Colors::parse(&Color([gray; 3]).to_string()).unwrap();
            assert!(colors.accent.contrast(colors.on_accent) >= TEXT_CONTRAST, "{gray}");
        }
        assert!(Colors::default().accent.contrast(Colors::default().on_accent) >= TEXT_CONTRAST);
    }

    #[test]
    fn accent_is_readable_on_light_and_dark_pages() {
        let channels = [0, 0x33, 0x80, 0xc0, 0xff];
        for [red, green, blue] in
            channels.iter().flat_map(|&red| channels.iter().flat_map(move |&green| channels.map(|blue| [red, green, blue])))
        {
            let colors = Colors::parse(&Color([red, green, blue]).to_string()).unwrap();
            let dark = colors.on_dark_page();
            assert!(colors.accent_as_text().contrast(LIGHT_SURFACE) >= TEXT_CONTRAST, "{colors:?}");
            assert!(dark.accent.contrast(DARK_SURFACE) >= TEXT_CONTRAST, "{dark:?}");
            assert!(dark.accent.contrast(dark.on_accent) >= TEXT_CONTRAST, "{dark:?}");
        }
    }

    #[test]
    fn accent_that_is_readable_stays_as_it_is() {
        let colors = Colors::parse("#1f5fbf").unwrap();
        assert_eq!(colors.accent_as_text(), colors.accent);
        let bright = Colors::parse("#ffd400 #102030").unwrap();
        assert_eq!(bright.on_dark_page(), bright);
    }

    #[test]
    fn a_pair_with_low_contrast_is_refused() {
        assert!(pair("#ffffff #767676").is_ok());
        assert_eq!(pair("#ffffff #777777").unwrap_err(), "#777777 on #ffffff has a contrast of 4.47:1, and text needs 4.5:1");
        assert_eq!(pair("#102030 #102030").unwrap_err(), "#102030 on #102030 has a contrast of 1.00:1, and text needs 4.5:1");
    }

    #[test]
    fn settings_require_colours_with_a_hash_sign() {
        for text in
            ["red", "#fff", "#12345g", "1234567", "123456", "##12345", "#1234567", "#12345é", "", "#000000 #ffffff #000000", "#000000;}"]
        {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
