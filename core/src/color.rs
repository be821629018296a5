//! Colours, as addresses name them: `#rrggbb`, or without the sign, which an address has to encode.

use std::fmt;

use crate::error::Refusal;

/// Red, green and blue, a byte each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color(pub(crate) [u8; 3]);

impl Color {
    pub(crate) const BLACK: Self = Self([0; 3]);
    pub(crate) const WHITE: Self = Self([0xff; 3]);

    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let is_six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_six);
        let [_, red, green, blue] = number.ok_or_else(|| Refusal::invalid("a colour is written as #rrggbb"))?.to_be_bytes();
        Ok(Self([red, green, blue]))
    }

    /// Whether a camera tells this colour from a lighter `background`: three times as much light comes from there, as WCAG counts it.
    pub(crate) fn is_dark_on(self, background: Self) -> bool {
        background.light() >= 3.0 * self.light()
    }

    /// How much light it sends, with what any screen reflects.
    fn light(self) -> f32 {
        let [red, green, blue] = self.0.map(linear);
        0.05 + 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

/// The light of one byte of sRGB, within half a hundredth: powers of fractions would weigh more than this file.
fn linear(byte: u8) -> f32 {
    let part = f32::from(byte) / 255.0;
    part * (part * (part * 0.305_306 + 0.682_171_1) + 0.012_522_9)
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_digits_with_or_without_a_sign() {
        for (text, written) in [("#000000", "#000000"), ("ffFFff", "#ffffff"), ("#01aBc9", "#01abc9"), ("123456", "#123456")] {
            assert_eq!(Color::parse(text).unwrap().to_string(), written, "{text}");
        }
        for text in [
            "",
            "#",
            "fff",
            "#fff",
            "##ffffff",
            "#12345",
            "#1234567",
            "12345678",
            "red",
            "+12345",
            "-12345",
            "#+12345",
            "１２",
            "rgb(0,0,0)",
            " 000000",
        ] {
            assert!(Color::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_code_is_darker_than_its_background_by_three_to_one() {
        for (color, background, is_dark) in [
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
            let [color, background] = [color, background].map(|text| Color::parse(text).unwrap());
            assert_eq!(color.is_dark_on(background), is_dark, "{color} on {background}");
        }
    }

    #[test]
    fn light_is_what_the_standard_says() {
        for byte in 0..=u8::MAX {
            let part = f64::from(byte) / 255.0;
            let exact = if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) };
            assert!((exact - f64::from(linear(byte))).abs() < 0.005, "{byte}: {exact} and {}", linear(byte));
        }
    }
}
