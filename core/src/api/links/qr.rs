//! A link's short address as a QR code.

use super::find;
use super::link_ref::{key, take_domain};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::color::Color;
use crate::model::field_error::{FieldCode, FieldError};
use crate::pages::qr::{ErrorCorrection, QrModules, QrStyle};
use crate::store::ports::Edge;

/// How many pixels a side has, and how many if nobody asks for more or less.
pub(crate) const SIZES: std::ops::RangeInclusive<u16> = 64..=1_024;
pub(crate) const USUAL_SIZE: u16 = 512;
/// The same of the modules of a margin. Four is what the standard asks for; a page may have the rest around the picture.
pub(crate) const WIDEST_MARGIN: u8 = 16;
pub(crate) const USUAL_MARGIN: u8 = 4;

/// What the picture is written as.
#[derive(Clone, Copy)]
enum ImageFormat {
    Svg,
    Png,
}

/// What is asked for.
struct QrQuery {
    style: QrStyle,
    level: ErrorCorrection,
    format: ImageFormat,
}

/// `GET /api/v1/links/{alias}/qr`
pub(crate) async fn qr<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, alias: &str, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let wanted = QrQuery::take(&mut fields);
    fields.finish(Some(()))?;
    let (_, link) = find(context, &key(context, &domain, alias)?).await?;
    if link.is_deleted() {
        return Err(Problem::link_ended());
    }
    let address = context.config.short_url(&link.domain, &link.alias);
    let code = QrModules::encode(&address, wanted.level).ok_or_else(|| Problem::internal("a short address fits no code"))?;
    wanted.check_size(&code).map_err(|refusal| Problem::wrong_field("size", refusal))?;
    let (media_type, ending, picture) = match wanted.format {
        ImageFormat::Svg => ("image/svg+xml", "svg", code.svg(&address, &wanted.style).into_bytes()),
        ImageFormat::Png => ("image/png", "png", code.png(&wanted.style)),
    };
    // An alias in an address has no character that this form of a name does not take.
    Response::picture(media_type, picture, &format!("inline; filename*=UTF-8''{}.{ending}", link.alias.encoded()))
}

impl QrQuery {
    fn take(fields: &mut Fields) -> Self {
        let size = fields.take_text("size", |text| size(&text)).unwrap_or(USUAL_SIZE);
        let margin = fields.take_text("margin", |text| margin(&text)).unwrap_or(USUAL_MARGIN);
        let level = fields.take_text("level", |text| ErrorCorrection::parse(&text)).unwrap_or_default();
        let format = fields.take_text("format", |text| format(&text)).unwrap_or(ImageFormat::Svg);
        let color = |text: String| color(&text);
        let (said, background) = (fields.take_text("color", color), fields.take_text("background", color).unwrap_or(Color::WHITE));
        let color = said.unwrap_or(Color::BLACK);
        if !color.is_dark_on(background) {
            let name = if said.is_some() { "color" } else { "background" };
            let detail = "a camera reads dark on light, with a contrast of at least 3 to 1";
            fields.refuse(name, FieldError::new(FieldCode::Conflicts, detail));
        }
        Self { style: QrStyle { size, margin, color, background }, level, format }
    }

    /// A picture with less than one pixel for each module cannot be read.
    fn check_size(&self, code: &QrModules) -> Result<(), FieldError> {
        let least = code.side(self.style.margin);
        if self.style.size < least {
            let detail = format!("with its margin this code is {least} modules wide and needs a pixel for each");
            return Err(FieldError::new(FieldCode::Conflicts, detail));
        }
        Ok(())
    }
}

fn size(text: &str) -> Result<u16, FieldError> {
    let size = text.parse().ok().filter(|size| SIZES.contains(size));
    size.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "a code is 64 to 1024 pixels wide"))
}

fn margin(text: &str) -> Result<u8, FieldError> {
    let margin = text.parse().ok().filter(|margin| *margin <= WIDEST_MARGIN);
    margin.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "a margin is 0 to 16 modules wide"))
}

/// In an address the sign before the digits has to be encoded, so it may be left out.
fn color(text: &str) -> Result<Color, FieldError> {
    Color::from_hex(text.strip_prefix('#').unwrap_or(text)).ok_or_else(|| FieldError::invalid("a colour is written as #rrggbb"))
}

fn format(text: &str) -> Result<ImageFormat, FieldError> {
    match text {
        "svg" => Ok(ImageFormat::Svg),
        "png" => Ok(ImageFormat::Png),
        _ => Err(FieldError::invalid("a code is written as svg or png")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_may_lack_its_sign() {
        for text in ["#01aBc9", "01aBc9"] {
            assert_eq!(color(text).unwrap().to_string(), "#01abc9", "{text}");
        }
        for text in ["", "#", "##01abc9", "#fff", "red"] {
            assert!(color(text).is_err(), "{text:?}");
        }
    }
}
