//! CORS origins: other sites whose pages may call the API from a browser.

use http::HeaderValue;

use crate::model::domain::Origin;

/// The allowed origins, each as browsers write it.
#[derive(Debug, Default)]
pub(crate) struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Parses each of `words` as an origin.
    ///
    /// # Errors
    /// A sentence for the log.
    pub(crate) fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        words.map(origin).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a browser's `Origin` header, if it is allowed.
    pub(crate) fn find(&self, origin: Option<&[u8]>) -> Option<&HeaderValue> {
        self.0.iter().find(|allowed| origin == Some(allowed.as_bytes()))
    }
}

/// Parses one origin. Browsers never send a `*`, so an origin with a wildcard would match nothing instead of many.
fn origin(word: &str) -> Result<HeaderValue, String> {
    if word.contains('*') {
        return Err(format!("\"{word}\" is not an origin: list each one by name, as in https://app.example"));
    }
    HeaderValue::try_from(Origin::parse(word)?.to_string()).map_err(|error| error.to_string())
}
