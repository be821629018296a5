//! Targets: the URLs that links redirect to.

use http::HeaderValue;

use crate::model::absolute_url::{AbsoluteUrl, UrlError, scheme};
use crate::model::blocklist::TargetHost;
use crate::model::domain::Domain;
use crate::model::field_error::{FieldCode, FieldError};
use crate::model::{blocklist, digest, template};

/// Longest target in bytes that browsers, proxies and the URL limit of Fastly accept.
pub const MAX_BYTES: usize = 8_192;

/// Forbidden schemes: they run code or read files in the browser. No configuration allows them.
pub const NEVER: [&str; 4] = ["javascript", "data", "vbscript", "file"];

/// The targets that a deployment allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRules {
    /// Allowed schemes in small letters.
    pub schemes: Vec<String>,
    /// The deployment's own domains. A link to one of them could redirect in a loop.
    pub own_domains: Vec<Domain>,
    /// Whether a target on a public link shortener is refused.
    pub blocks_shorteners: bool,
}

/// The target of a link: ASCII that fits a header and is sent byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// Parses a target URL.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse(text: &str, rules: &TargetRules) -> Result<Self, FieldError> {
        if text.is_empty() {
            return Err(FieldError::new(FieldCode::Required, "a target must be an absolute URL"));
        }
        if text.len() > MAX_BYTES {
            return Err(too_long());
        }
        if let Some(scheme) = scheme(text) {
            check_scheme(&scheme.to_ascii_lowercase(), rules)?;
        }
        let url = AbsoluteUrl::parse(text).map_err(url_error)?;
        if Domain::from_host(url.host()).is_ok_and(|host| rules.own_domains.contains(&host)) {
            return Err(FieldError::own_domain());
        }
        if rules.blocks_shorteners {
            let host = TargetHost::from_host(url.host());
            if host.is_shortener() {
                return Err(blocklist::link_shortener(&host));
            }
        }
        let text = if text.is_ascii() { text.to_owned() } else { url.to_ascii() };
        if text.len() > MAX_BYTES {
            return Err(too_long());
        }
        Ok(Self(text))
    }

    /// Parses a target of a link or of a rule, which may be a template.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn parse_template(text: &str, rules: &TargetRules) -> Result<Self, FieldError> {
        let target = Self::parse(text, rules)?;
        template::check(target.as_str())?;
        Ok(target)
    }

    /// Wraps a checked target whose query was changed. Only its length is checked again.
    pub(crate) fn edited(text: String) -> Result<Self, FieldError> {
        if text.len() > MAX_BYTES { Err(too_long()) } else { Ok(Self(text)) }
    }

    /// Whether it is on `domain`, however its host is written.
    pub(crate) fn is_on(&self, domain: &Domain) -> bool {
        AbsoluteUrl::parse(&self.0).is_ok_and(|url| Domain::from_host(url.host()).is_ok_and(|host| host == *domain))
    }

    /// The name of the target in index entries, because URLs can be longer than keys.
    pub(crate) fn digest(&self) -> String {
        digest::name_of(self.0.as_bytes())
    }

    /// Wraps a target that was read from the store and was checked before it was saved.
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL as a `Location` header, byte for byte. `None` if it does not fit a header; hop never saves such a
    /// target.
    pub(crate) fn location(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn check_scheme(scheme: &str, rules: &TargetRules) -> Result<(), FieldError> {
    let allowed = rules.schemes.iter().any(|allowed| allowed == scheme);
    if allowed && !NEVER.contains(&scheme) {
        return Ok(());
    }
    Err(FieldError::new(FieldCode::SchemeNotAllowed, format!("a target must begin with {}", rules.schemes.join(":// or ") + "://")))
}

fn url_error(error: UrlError) -> FieldError {
    match error {
        UrlError::Characters => {
            FieldError::invalid("a target must not contain blanks, control characters or backslashes: percent-encode them")
        }
        UrlError::NoScheme => FieldError::invalid("this is not an absolute URL: it must begin with a scheme, as in https://"),
        UrlError::NoSlashes => FieldError::invalid("the scheme of a target must be followed by ://"),
        UrlError::Host => FieldError::invalid("a target must name a valid host"),
        UrlError::Port => FieldError::invalid("a port must be a number up to 65535"),
        UrlError::Credentials => {
            FieldError::new(FieldCode::Credentials, "a target must not contain a user name or password: every visitor would see them")
        }
    }
}

fn too_long() -> FieldError {
    FieldError::new(FieldCode::TooLong, format!("a target must have at most {MAX_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> TargetRules {
        TargetRules {
            schemes: vec!["http".into(), "https".into()],
            own_domains: ["hop.example", "127.0.0.1", "bücher.example"].map(|text| Domain::parse(text).unwrap()).into(),
            blocks_shorteners: true,
        }
    }

    fn parse(text: &str) -> Result<String, FieldCode> {
        Target::parse(text, &rules()).map(|target| target.0).map_err(|error| error.code)
    }

    #[test]
    fn ascii_targets_stay_byte_for_byte() {
        for text in [
            "https://example.com",
            "https://example.com/?a=1&b=%20&c=+#frag%2Fment",
            "HTTPS://EXAMPLE.com:443/%2e%2E/a/../b//c",
            "https://example.com/%zz%",
            "https://example.com/{x}|\"<>`^",
            "http://[2001:db8::1]:8080/",
            "https://example.com/@user",
            "https://example.com?next=http://u:p@x/",
            &format!("https://example.com/{}", "x".repeat(8_192 - 20)),
        ] {
            assert_eq!(parse(text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn other_targets_are_encoded_as_the_standard_says() {
        for (text, written) in [
            ("https://bücher.example.org/ü?q=ü#ü", "https://xn--bcher-kva.example.org/%C3%BC?q=%C3%BC#%C3%BC"),
            ("https://example.com/日本/../本", "https://example.com/%E6%97%A5%E6%9C%AC/../%E6%9C%AC"),
            ("HTTPS://EXAMPLE.com:443?ü", "HTTPS://EXAMPLE.com:443?%C3%BC"),
            ("http://１.2.3:80/", "http://1.2.0.3:80/"),
            ("https://ｅxample.com/", "https://example.com/"),
        ] {
            assert_eq!(parse(text), Ok(written.to_owned()));
        }
    }

    #[test]
    fn unsafe_and_malformed_targets_are_refused() {
        use FieldCode::{Credentials, Invalid, OwnDomain, Required, SchemeNotAllowed, TooLong};
        for (text, code) in [
            ("", Required),
            ("example.com", Invalid),
            ("/a", Invalid),
            ("//example.com", Invalid),
            ("https:example.com", Invalid),
            ("https:docs?://x", Invalid),
            ("https:u:p@example.com/?x=://a", Invalid),
            ("https:/hop.example/#://", Invalid),
            ("https:/example.com", Invalid),
            ("https:///example.com", Invalid),
            ("https://", Invalid),
            ("https://?x", Invalid),
            (" https://example.com", Invalid),
            ("https://example.com/a b", Invalid),
            ("https://example.com/a\tb", Invalid),
            ("https://example.com/a\nSet-Cookie:x", Invalid),
            ("https://example.com/\u{7f}", Invalid),
            ("https:\\\\example.com", Invalid),
            ("https://example.com\\@evil.example", Invalid),
            ("https://exa mple.com", Invalid),
            ("https://example.com:99999", Invalid),
            ("javascript:alert(1)", SchemeNotAllowed),
            ("JavaScript://x/%0aalert(1)", SchemeNotAllowed),
            ("data:text/html,x", SchemeNotAllowed),
            ("vbscript:x", SchemeNotAllowed),
            ("file:///etc/passwd", SchemeNotAllowed),
            ("ftp://example.com", SchemeNotAllowed),
            ("mailto:a@b.example", SchemeNotAllowed),
            ("https://u@example.com", Credentials),
            ("https://u:p@example.com", Credentials),
            ("https://@example.com", Credentials),
            ("https://:@example.com", Credentials),
            ("https://hop.example/docs", OwnDomain),
            ("https://HOP.example.:8443", OwnDomain),
            ("https://hop%2Eexample", OwnDomain),
            ("https://xn--bcher-kva.example", OwnDomain),
            ("https://BÜCHER.example", OwnDomain),
            ("http://0x7f.1", OwnDomain),
            ("http://2130706433/", OwnDomain),
            ("http://[::ffff:7f00:1]/", OwnDomain),
            (&format!("https://example.com/{}", "x".repeat(8_192 - 19)), TooLong),
            (&format!("https://example.com/{}", "ü".repeat(3_000)), TooLong),
        ] {
            assert_eq!(parse(text), Err(code), "{text:?}");
        }
    }

    #[test]
    fn templates_need_a_valid_target_and_placeholders() {
        let parse = |text| Target::parse_template(text, &rules()).map(|target| target.0).map_err(|error| error.code);
        let found = parse("https://bücher.example.org/{path.0|ü}?q={query.größe}");
        assert_eq!(found.as_deref(), Ok("https://xn--bcher-kva.example.org/{path.0|%C3%BC}?q={query.gr%C3%B6%C3%9Fe}"));
        for (text, code) in [
            ("https://{path.0}.example/", FieldCode::Invalid),
            ("https://example.com/{path.x}", FieldCode::Invalid),
            ("https://example.com/{path.0|a b}", FieldCode::Invalid),
            ("https://hop.example/{path}", FieldCode::OwnDomain),
            ("{path}", FieldCode::Invalid),
        ] {
            assert_eq!(parse(text), Err(code), "{text}");
        }
    }

    #[test]
    fn settings_cannot_allow_schemes_that_run_code() {
        let mut rules = rules();
        rules.schemes.extend(["myapp", "javascript", "data"].map(str::to_owned));
        assert_eq!(Target::parse("myapp://open/1", &rules).unwrap().as_str(), "myapp://open/1");
        for text in ["javascript://x/%0aalert(1)", "data://x/", "myapp:open"] {
            assert!(Target::parse(text, &rules).is_err(), "{text}");
        }
    }

    #[test]
    fn own_domains_are_refused_with_every_scheme() {
        let mut rules = rules();
        rules.schemes.push("myapp".into());
        let error = Target::parse("myapp://HOP.example/", &rules).unwrap_err();
        assert_eq!(error.code, FieldCode::OwnDomain);
    }

    #[test]
    fn setting_decides_about_link_shorteners() {
        let mut rules = rules();
        let mut parse = |blocks_shorteners, text| {
            rules.blocks_shorteners = blocks_shorteners;
            Target::parse(text, &rules).err().map(|error| error.code)
        };
        for text in ["https://bit.ly/x", "https://WWW.Bit.ly./x", "http://b%69t.ly", "https://bit.ly:8443/{path}"] {
            assert_eq!((parse(true, text), parse(false, text)), (Some(FieldCode::LinkShortener), None), "{text}");
        }
        assert_eq!(parse(true, "https://orbit.ly/bit.ly"), None);
    }

    #[test]
    fn every_target_fits_a_header() {
        for text in ["https://example.com/{x}|\"<>`^~!$'()*,;", "https://example.com/ü"] {
            let target = Target::parse(text, &rules()).unwrap();
            assert_eq!(target.location().unwrap().as_bytes(), target.as_str().as_bytes());
        }
    }
}
