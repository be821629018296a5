//! QR code of the short URL of a link.

use super::find_link;
use super::link_ref::{alias_key, take_domain};
use crate::auth::Authorized;
use crate::context::Context;
use crate::message::body::Fields;
use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::model::color::Color;
use crate::model::field_error::{FieldCode, FieldError};
use crate::pages::qr::{ErrorCorrection, QrModules, QrStyle};
use crate::store::ports::Edge;

/// Allowed lengths of a side in pixels.
pub(crate) const SIZES: std::ops::RangeInclusive<u16> = 64..=1_024;
/// Length of a side in pixels without `size`.
pub(crate) const DEFAULT_SIZE: u16 = 512;
/// Largest margin in modules.
pub(crate) const WIDEST_MARGIN: u8 = 16;
/// Margin in modules without `margin`: the standard requires four. A page may add the rest around the picture.
pub(crate) const DEFAULT_MARGIN: u8 = 4;

/// File format of the picture.
#[derive(Clone, Copy)]
enum ImageFormat {
    Svg,
    Png,
}

/// The query of the endpoint.
struct QrQuery {
    style: QrStyle,
    level: ErrorCorrection,
    format: ImageFormat,
}

/// `GET /api/v1/links/{alias}/qr`
pub(crate) async fn qr<E: Edge>(context: &Context<'_, E>, authorized: &Authorized, alias: &str, query: &str) -> Result<Response, Problem> {
    let mut fields = Fields::query(query);
    let domain = take_domain(context, authorized, &mut fields).await?;
    let query = QrQuery::from_query(&mut fields);
    fields.finish(Some(()))?;
    let (_, link) = find_link(context, &alias_key(context, &domain, alias)?).await?;
    if link.is_deleted() {
        return Err(Problem::link_ended());
    }
    let address = context.config.short_url(&link.domain, &link.alias);
    let code = QrModules::encode(&address, query.level).ok_or_else(|| Problem::internal("a short URL does not fit a QR code"))?;
    query.check_size(&code).map_err(|error| Problem::wrong_field("size", error))?;
    let (media_type, ending, picture) = match query.format {
        ImageFormat::Svg => ("image/svg+xml", "svg", code.svg(&address, &query.style).into_bytes()),
        ImageFormat::Png => ("image/png", "png", code.png(&query.style)),
    };
    // An encoded alias has only characters that this form of a file name allows.
    Response::picture(media_type, picture, &format!("inline; filename*=UTF-8''{}.{ending}", link.alias.encoded()))
}

impl QrQuery {
    fn from_query(fields: &mut Fields) -> Self {
        let size = fields.take_text("size", |text| size(&text)).unwrap_or(DEFAULT_SIZE);
        let margin = fields.take_text("margin", |text| margin(&text)).unwrap_or(DEFAULT_MARGIN);
        let level = fields.take_text("level", |text| ErrorCorrection::parse(&text)).unwrap_or_default();
        let format = fields.take_text("format", |text| format(&text)).unwrap_or(ImageFormat::Svg);
        let color = |text: String| color(&text);
        let (requested, background) = (fields.take_text("color", color), fields.take_text("background", color).unwrap_or(Color::WHITE));
        let color = requested.unwrap_or(Color::BLACK);
        if !color.is_dark_on(background) {
            let name = if requested.is_some() { "color" } else { "background" };
            let detail = "color must be darker than background, with a contrast of at least 3 to 1";
            fields.refuse(name, FieldError::new(FieldCode::Conflicts, detail));
        }
        Self { style: QrStyle { size, margin, color, background }, level, format }
    }

    /// Refuses a size with less than one pixel for each module, which cannot be scanned.
    fn check_size(&self, code: &QrModules) -> Result<(), FieldError> {
        let least = code.side(self.style.margin);
        if self.style.size < least {
            let detail = format!("the code with its margin is {least} modules wide, so size must be at least {least}");
            return Err(FieldError::new(FieldCode::Conflicts, detail));
        }
        Ok(())
    }
}

fn size(text: &str) -> Result<u16, FieldError> {
    let size = text.parse().ok().filter(|size| SIZES.contains(size));
    size.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "size must be from 64 to 1024 pixels"))
}

fn margin(text: &str) -> Result<u8, FieldError> {
    let margin = text.parse().ok().filter(|margin| *margin <= WIDEST_MARGIN);
    margin.ok_or_else(|| FieldError::new(FieldCode::OutOfRange, "margin must be from 0 to 16 modules"))
}

/// Parses a colour. The `#` may be left out, because it has to be encoded in a URL.
fn color(text: &str) -> Result<Color, FieldError> {
    Color::from_hex(text.strip_prefix('#').unwrap_or(text)).ok_or_else(|| FieldError::invalid("a colour must be written as #rrggbb"))
}

fn format(text: &str) -> Result<ImageFormat, FieldError> {
    match text {
        "svg" => Ok(ImageFormat::Svg),
        "png" => Ok(ImageFormat::Png),
        _ => Err(FieldError::invalid("format must be svg or png")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_parses_with_or_without_hash() {
        for text in ["#01aBc9", "01aBc9"] {
            assert_eq!(color(text).unwrap().to_string(), "#01abc9", "{text}");
        }
        for text in ["", "#", "##01abc9", "#fff", "red"] {
            assert!(color(text).is_err(), "{text:?}");
        }
    }
}
