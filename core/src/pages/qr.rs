//! QR codes of short URLs, as SVG and PNG.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc, QrSegment};

use crate::model::color::Color;
use crate::model::field_error::FieldError;
use crate::pages::{escaped, png};

/// Error correction levels: how much of a code may be damaged before it is unreadable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ErrorCorrection {
    /// 7 %
    Low,
    /// 15 %
    #[default]
    Medium,
    /// 25 %
    Quartile,
    /// 30 %
    High,
}

impl ErrorCorrection {
    pub(crate) fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "L" => Ok(Self::Low),
            "M" => Ok(Self::Medium),
            "Q" => Ok(Self::Quartile),
            "H" => Ok(Self::High),
            _ => Err(FieldError::invalid("this must be one of L, M, Q, H")),
        }
    }
}

/// The style of a picture: `size` in pixels, `margin` in modules.
#[derive(Clone, Debug)]
pub(crate) struct QrStyle {
    pub(crate) size: u16,
    pub(crate) margin: u8,
    pub(crate) color: Color,
    pub(crate) background: Color,
}

/// A code: dark and light modules in a square.
pub(crate) struct QrModules(QrCode);

impl QrModules {
    /// The code of `text`. `None` if the text is too long for any code.
    pub(crate) fn encode(text: &str, level: ErrorCorrection) -> Option<Self> {
        let level = match level {
            ErrorCorrection::Low => QrCodeEcc::Low,
            ErrorCorrection::Medium => QrCodeEcc::Medium,
            ErrorCorrection::Quartile => QrCodeEcc::Quartile,
            ErrorCorrection::High => QrCodeEcc::High,
        };
        QrCode::encode_segments(&[QrSegment::make_bytes(text.as_bytes())], level).ok().map(Self)
    }

    /// The number of modules of one side, with the margin at both ends.
    pub(crate) fn side(&self, margin: u8) -> u16 {
        // A code has 177 modules at most.
        let modules = u16::try_from(self.0.size()).unwrap_or_default();
        modules.saturating_add(u16::from(margin).saturating_mul(2))
    }

    /// The pixels of a module and of the margin before the first one. Modules have whole pixels: otherwise their sizes
    /// would differ, and small codes would be hard to read. Remaining pixels widen the margin.
    fn layout(&self, style: &QrStyle) -> (u16, u16) {
        let pixels = style.size.checked_div(self.side(style.margin)).unwrap_or_default().max(1);
        let drawn = self.side(0).saturating_mul(pixels);
        (pixels, style.size.saturating_sub(drawn) / 2)
    }

    /// The code as SVG: one path of the runs of its dark modules, row by row.
    pub(crate) fn svg(&self, title: &str, style: &QrStyle) -> String {
        let QrStyle { size, color, background, .. } = style;
        let (pixels, before) = self.layout(style);
        let title = escaped(title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {size} {size}\" role=\"img\" \
             shape-rendering=\"crispEdges\"><title>{title}</title><rect width=\"{size}\" height=\"{size}\" fill=\"{background}\"/>\
             <path fill=\"{color}\" transform=\"translate({before} {before}) scale({pixels})\" d=\""
        );
        for y in 0..self.0.size() {
            let mut run = 0_i32;
            // Modules outside the code are light, so the last run of a row ends there.
            for x in 0..=self.0.size() {
                if self.0.get_module(x, y) {
                    run = run.saturating_add(1);
                } else if run > 0 {
                    // Writing to a `String` does not fail.
                    let _ = write!(svg, "M{} {y}h{run}v1h-{run}z", x.saturating_sub(run));
                    run = 0;
                }
            }
        }
        svg.push_str("\"/></svg>\n");
        svg
    }

    /// The code as PNG, with the same pixels as the SVG.
    pub(crate) fn png(&self, style: &QrStyle) -> Vec<u8> {
        let (pixels, before) = self.layout(style);
        let module = |pixel: u16| i32::from(pixel).saturating_sub(before.into()).div_euclid(pixels.into());
        png::write(style.size, [style.background, style.color], &|x, y| self.0.get_module(module(x), module(y)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(size: u16, margin: u8) -> QrStyle {
        QrStyle { size, margin, color: Color([1, 2, 3]), background: Color::WHITE }
    }

    #[test]
    fn code_size_depends_on_text_and_level() {
        for (bytes, level, side) in [
            (17, ErrorCorrection::Low, 21),
            (18, ErrorCorrection::Low, 25),
            (14, ErrorCorrection::Medium, 21),
            (11, ErrorCorrection::Quartile, 21),
            (7, ErrorCorrection::High, 21),
            (8, ErrorCorrection::High, 25),
            (2_953, ErrorCorrection::Low, 177),
            (1_273, ErrorCorrection::High, 177),
        ] {
            let code = QrModules::encode(&"x".repeat(bytes), level).unwrap();
            assert_eq!((code.side(0), code.side(16)), (side, side + 32), "{bytes} {level:?}");
        }
        assert!(QrModules::encode(&"x".repeat(1_274), ErrorCorrection::High).is_none());
    }

    #[test]
    fn svg_title_is_escaped() {
        let svg = QrModules::encode("x", ErrorCorrection::Low).unwrap().svg("<a & \"b\">", &style(100, 4));
        assert!(svg.contains("<title>&lt;a &amp; &quot;b&quot;&gt;</title>"), "{svg}");
    }

    /// The modules that the runs of a path cover.
    fn drawn(svg: &str) -> Vec<(u16, u16)> {
        let (_, path) = svg.split_once(" d=\"M").unwrap();
        let (path, _) = path.split_once("z\"/>").unwrap();
        let mut modules = Vec::new();
        for run in path.split("zM") {
            let (at, length) = run.split_once('h').unwrap();
            let (length, back) = length.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            let (x, y) = at.split_once(' ').unwrap();
            let [x, y, length] = [x, y, length].map(|number| number.parse::<u16>().unwrap());
            modules.extend((0..length).map(|more| (x.saturating_add(more), y)));
        }
        modules
    }

    #[test]
    fn svg_path_covers_exactly_the_dark_modules() {
        let code = QrModules::encode("https://hop.example/docs", ErrorCorrection::Medium).unwrap();
        let mut expected = Vec::new();
        for y in 0..25 {
            for x in 0..25 {
                if code.0.get_module(x, y) {
                    expected.push((x as u16, y as u16));
                }
            }
        }
        for (size, margin, place) in [
            (512, 0, "translate(6 6) scale(20)"),
            (512, 4, "translate(68 68) scale(15)"),
            (512, 16, "translate(156 156) scale(8)"),
            (64, 4, "translate(19 19) scale(1)"),
            (66, 4, "translate(8 8) scale(2)"),
        ] {
            let svg = code.svg("t", &style(size, margin));
            assert_eq!(drawn(&svg), expected);
            assert!(svg.contains(&format!("<path fill=\"#010203\" transform=\"{place}\" d=\"M")), "{svg}");
        }
    }

    #[test]
    fn png_modules_have_whole_pixels() {
        let code = QrModules::encode("https://hop.example/docs", ErrorCorrection::Medium).unwrap();
        // 33 modules with their margin: 3 pixels for each, 75 for the code, 12 and 13 around it.
        let png = code.png(&style(100, 4));
        let row = |y: usize| {
            // After the signature, the header, the palette, and the start of the data.
            let at = 8 + 25 + 18 + 8 + 2 + 5 + y * 14;
            assert_eq!(png[at], 0, "no filter");
            (0..100).map(|x| png[at + 1 + x / 8] & (0x80 >> (x % 8)) != 0).collect::<Vec<_>>()
        };
        for y in 0..100 {
            for (x, dark) in row(y).into_iter().enumerate() {
                let module = |pixel: usize| (pixel as i32 - 12).div_euclid(3);
                assert_eq!(dark, code.0.get_module(module(x), module(y)), "{x} {y}");
            }
        }
    }
}
