//! The colours of a deployment's pages: an accent and what is written on it, told apart by everybody who can read at all.

/// What WCAG asks of text at level AA.
const LEAST_CONTRAST: f64 = 4.5;

/// A colour, and the one that can be read on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Colors {
    pub(crate) accent: Color,
    pub(crate) on_accent: Color,
}

/// A colour as style sheets write it: `#rrggbb`, in small letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Color([u8; 7]);

const BLACK: Color = Color(*b"#000000");
const WHITE: Color = Color(*b"#ffffff");

impl Default for Colors {
    fn default() -> Self {
        Self { accent: Color(*b"#1f5fbf"), on_accent: WHITE }
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
            colors.push(Color::parse(word).ok_or_else(|| format!("\"{word}\" is no colour, as in #1f5fbf"))?);
        }
        match *colors.as_slice() {
            [accent] => Ok(Self { accent, on_accent: if contrast(accent, WHITE) >= contrast(accent, BLACK) { WHITE } else { BLACK } }),
            [accent, on_accent] if contrast(accent, on_accent) >= LEAST_CONTRAST => Ok(Self { accent, on_accent }),
            [accent, on_accent] => {
                // Cut and not rounded, so that what is refused never reads as what is asked for.
                let found = (contrast(accent, on_accent) * 100.0).floor() / 100.0;
                Err(format!("{} on {} has a contrast of {found}:1, and text needs {LEAST_CONTRAST}:1", on_accent.as_str(), accent.as_str()))
            }
            _ => Err("name one colour, or two: the accent and the text on it".into()),
        }
    }
}

impl Color {
    fn parse(text: &str) -> Option<Self> {
        let mut letters: [u8; 7] = text.as_bytes().try_into().ok()?;
        letters.make_ascii_lowercase();
        let is_color = letters.iter().enumerate().all(|(at, letter)| if at == 0 { *letter == b'#' } else { letter.is_ascii_hexdigit() });
        is_color.then_some(Self(letters))
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// How bright it is, from 0 to 1, as WCAG reckons.
    fn luminance(self) -> f64 {
        let [_, red, red_low, green, green_low, blue, blue_low] = self.0;
        let channel = |high: u8, low: u8| linear((digit(high) * 16.0 + digit(low)) / 255.0);
        0.2126 * channel(red, red_low) + 0.7152 * channel(green, green_low) + 0.0722 * channel(blue, blue_low)
    }
}

/// How well two colours are told apart, from 1 to 21.
fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (one.luminance() + 0.05, other.luminance() + 0.05);
    one.max(other) / one.min(other)
}

fn digit(letter: u8) -> f64 {
    f64::from(char::from(letter).to_digit(16).unwrap_or_default())
}

/// The light of an sRGB channel. Its power of 2.4 is a square and a fifth root: what a library brings for any power weighs more than hop's pages.
fn linear(channel: f64) -> f64 {
    if channel <= 0.04045 {
        return channel / 12.92;
    }
    let base = (channel + 0.055) / 1.055;
    let square = base * base;
    square * fifth_root(square)
}

/// By Newton's steps, from above; for numbers from 0.001 to 1 twenty are more than enough.
fn fifth_root(number: f64) -> f64 {
    let mut root: f64 = 1.0;
    for _ in 0..20 {
        let fourth = root * root * root * root;
        root = root - (root * fourth - number) / (5.0 * fourth);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> Result<(String, String), String> {
        Colors::parse(text).map(|colors| (colors.accent.as_str().to_owned(), colors.on_accent.as_str().to_owned()))
    }

    #[test]
    fn light_is_reckoned_as_by_everybody() {
        for step in 0..=255_u8 {
            let channel = f64::from(step) / 255.0;
            let known = if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
            assert!((linear(channel) - known).abs() < 1e-12, "{step}");
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
        for gray in 0..=255_u8 {
            let accent = Color::parse(&format!("#{gray:02x}{gray:02x}{gray:02x}")).unwrap();
            let colors = Colors::parse(accent.as_str()).unwrap();
            assert!(contrast(colors.accent, colors.on_accent) >= LEAST_CONTRAST, "{gray}");
        }
        assert!(contrast(Colors::default().accent, Colors::default().on_accent) >= LEAST_CONTRAST);
    }

    #[test]
    fn a_pair_that_is_hard_to_read_is_refused() {
        assert!(pair("#ffffff #767676").is_ok());
        assert_eq!(pair("#ffffff #777777").unwrap_err(), "#777777 on #ffffff has a contrast of 4.47:1, and text needs 4.5:1");
        assert_eq!(pair("#102030 #102030").unwrap_err(), "#102030 on #102030 has a contrast of 1:1, and text needs 4.5:1");
    }

    #[test]
    fn only_colours_are_colours() {
        for text in ["red", "#fff", "#12345g", "1234567", "##12345", "#1234567", "#12345é", "", "#000000 #ffffff #000000", "#000000;}"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
