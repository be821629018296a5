//! Origins of other sites whose pages may ask hop in a browser.

use http::HeaderValue;

use crate::model::domain::Origin;

/// The origins whose pages may ask, each as browsers write it.
#[derive(Debug, Default)]
pub(crate) struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Reads each of `words` as an origin.
    ///
    /// # Errors
    /// With a sentence for the log.
    pub(crate) fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Result<Self, String> {
        words.map(origin).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The origin that a browser names, if its pages may ask.
    pub(crate) fn find(&self, asking: Option<&[u8]>) -> Option<&HeaderValue> {
        self.0.iter().find(|known| asking == Some(known.as_bytes()))
    }
}

/// No browser sends a `*`: an origin that holds one would stand for nothing, and not for many.
fn origin(word: &str) -> Result<HeaderValue, String> {
    if word.contains('*') {
        return Err(format!("\"{word}\" is no origin: list each by its name, as in https://app.example"));
    }
    HeaderValue::try_from(Origin::parse(word)?.to_string()).map_err(|error| error.to_string())
}
