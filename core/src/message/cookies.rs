//! Cookies: reading the header `Cookie`, and the attributes of the cookies that hop sets.

use http::header::{COOKIE, SET_COOKIE};

use crate::message::problem::Problem;
use crate::message::response::Response;
use crate::store::ports::ClientInfo;

/// The most values of one cookie that are read.
const MAX_VALUES: usize = 4;

/// Which requests of other sites carry a cookie.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SameSite {
    /// Those that follow a link.
    Lax,
    /// None.
    Strict,
}

/// The values of the cookie `name`, at most four. An edge joins several `Cookie` headers with commas.
pub(crate) fn values(client: &(impl ClientInfo + ?Sized), name: &str) -> Vec<String> {
    let header = client.header(&COOKIE).unwrap_or_default();
    let values = header.split(|byte| matches!(byte, b';' | b',')).filter_map(|pair| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        String::from_utf8(value.to_vec()).ok()
    });
    values.take(MAX_VALUES).collect()
}

impl Response {
    /// Sets a cookie for this host alone, which scripts cannot read. The prefix `__Host-` makes browsers refuse it from
    /// any other host and without `Secure`.
    pub(crate) fn set_cookie(self, name: &str, value: &str, seconds: u64, same_site: SameSite) -> Result<Self, Problem> {
        let seconds = seconds.to_string();
        let same_site = match same_site {
            SameSite::Lax => "Lax",
            SameSite::Strict => "Strict",
        };
        let cookie = [name, "=", value, "; Path=/; Max-Age=", &seconds, "; Secure; HttpOnly; SameSite=", same_site];
        self.with(SET_COOKIE, &cookie.concat())
    }
}
