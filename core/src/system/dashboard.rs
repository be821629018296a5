//! The dashboard: its page, its files and the theme of the deployment. `web/` is its source; the edge provides what was
//! built from it as static assets, each text also gzipped.

use http::{HeaderValue, StatusCode};

use crate::context::Context;
use crate::message::accept_encoding::accepts_gzip;
use crate::message::problem::Problem;
use crate::message::response::{EncodedBody, NO_CACHE, Response};
use crate::store::ports::{ClientInfo, Edge, StoreError};

const PAGE: &str = "app/index.html";

/// `GET /app`: redirects to the page, whose address ends in a slash.
pub(crate) async fn redirect_to_page() -> Result<Response, Problem> {
    Ok(Response::redirect(StatusCode::PERMANENT_REDIRECT, HeaderValue::from_static("/app/"), NO_CACHE))
}

/// `GET /app/`
pub(crate) async fn page<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo) -> Result<Response, Problem> {
    let page = read(context.edge, client, PAGE).await?;
    let page = page.ok_or_else(|| StoreError::Unavailable(format!("the asset {PAGE} is missing")))?;
    Ok(Response::dashboard(page))
}

/// `GET /app/theme.css`: the name and the colours of the deployment as custom properties.
pub(crate) async fn theme<E: Edge>(context: &Context<'_, E>) -> Result<Response, Problem> {
    Ok(Response::file("text/css; charset=utf-8", context.config.theme.properties().into_bytes()))
}

/// `GET /app/assets/{file}`
pub(crate) async fn asset<E: Edge>(context: &Context<'_, E>, client: &impl ClientInfo, file: &str) -> Result<Response, Problem> {
    let media_type = media_type_of(file).ok_or_else(Problem::no_such_page)?;
    let name = ["app/assets/", file].concat();
    let contents = read(context.edge, client, &name).await?.ok_or_else(Problem::no_such_page)?;
    Ok(Response::asset(media_type, contents))
}

/// Reads an asset: its gzipped copy if the client accepts that and there is one.
async fn read(edge: &impl Edge, client: &impl ClientInfo, name: &str) -> Result<Option<EncodedBody>, StoreError> {
    if accepts_gzip(client)
        && let Some(bytes) = edge.asset(&[name, ".gz"].concat()).await?
    {
        return Ok(Some(EncodedBody { bytes, is_gzip: true }));
    }
    Ok(edge.asset(name).await?.map(|bytes| EncodedBody { bytes, is_gzip: false }))
}

/// The media type of a file of the dashboard. `None` if its name is not one that the build makes: then it is not looked
/// up, so no name leads out of the folder.
fn media_type_of(file: &str) -> Option<&'static str> {
    let is_plain = file.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let (stem, extension) = file.rsplit_once('.')?;
    if !is_plain || stem.is_empty() || stem.starts_with('.') {
        return None;
    }
    Some(match extension {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_determines_the_media_type() {
        for (file, media_type) in [
            ("index-B2x_a-9.js", "text/javascript; charset=utf-8"),
            ("index.css", "text/css; charset=utf-8"),
            ("icon.min.svg", "image/svg+xml"),
            ("strings.json", "application/json"),
            ("logo.png", "image/png"),
            ("icon.ico", "image/x-icon"),
            ("text.woff2", "font/woff2"),
        ] {
            assert_eq!(media_type_of(file), Some(media_type), "{file}");
        }
    }

    #[test]
    fn other_names_are_no_files() {
        for file in [
            "",
            ".",
            "..",
            "...",
            "index",
            "js",
            ".js",
            "..js",
            "index.html",
            "index.js.gz",
            "index.JS",
            "index.js ",
            "../index.js",
            "a/index.js",
            "a\\index.js",
            "..\\index.js",
            "%2e%2e",
            "a%2findex.js",
            "index.js?x",
            "\u{e9}.js",
            "a\0.js",
            "a\n.js",
            "a:b.js",
        ] {
            assert_eq!(media_type_of(file), None, "{file:?}");
        }
    }
}
