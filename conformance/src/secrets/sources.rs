//! Sources of secrets: requests, and the few responses that return one on purpose.

use serde_json::Value;

use crate::client::Response;

/// hop takes no shorter password, and a shorter text could occur by chance.
const SHORTEST_PASSWORD: usize = 11;
/// Between the length of an id and that of a key.
const SHORTEST_KEY: usize = 32;
/// Longer values only test limits.
const LONGEST: usize = 1_024;

/// The fields of JSON bodies that have passwords.
const PASSWORD_FIELDS: [&str; 3] = ["password", "current", "new"];

/// The secrets of a request: its credential, and the passwords in its body.
pub(super) fn sent<'a>(headers: impl Iterator<Item = (&'a str, &'a [u8])>, body: &[u8]) -> Vec<(String, &'static str)> {
    let mut secrets = Vec::new();
    for (_, value) in headers.filter(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        let header = String::from_utf8_lossy(value);
        let token = header.split_once(' ').map_or(&*header, |(_, token)| token).trim();
        secrets.push((secret_part(token), "a credential"));
    }
    secrets.retain(|(key, _)| (SHORTEST_KEY..=LONGEST).contains(&key.len()));
    let mut passwords = Vec::new();
    match serde_json::from_slice(body) {
        Ok(json) => PASSWORD_FIELDS.iter().for_each(|name| fields(&json, name, &mut passwords)),
        Err(_) => in_form_or_lines(body, &mut passwords),
    }
    passwords.retain(|password| (SHORTEST_PASSWORD..=LONGEST).contains(&password.chars().count()));
    secrets.extend(passwords.into_iter().map(|password| (password, "a password")));
    secrets
}

/// The fields of JSON bodies that have texts of visitors.
const PRIVATE_FIELDS: [&str; 2] = ["detail", "contact"];

/// The private texts of a request: what a visitor writes in a report. Admins read them in responses, and the store has
/// them, but no log may.
pub(super) fn private(body: &[u8]) -> Vec<(String, &'static str)> {
    let mut texts = Vec::new();
    match serde_json::from_slice(body) {
        Ok(json) => PRIVATE_FIELDS.iter().for_each(|name| fields(&json, name, &mut texts)),
        Err(_) => {
            let pairs = form_urlencoded::parse(body).filter(|(name, _)| PRIVATE_FIELDS.contains(&&**name));
            texts.extend(pairs.map(|(_, value)| value.into_owned()));
        }
    }
    texts.retain(|text| (SHORTEST_PASSWORD..=LONGEST).contains(&text.chars().count()));
    texts.into_iter().map(|text| (text, "a text of a report")).collect()
}

/// A secret that a response returns on purpose.
pub(super) struct Returned {
    pub(super) secret: String,
    pub(super) name: &'static str,
    /// The only text that may contain the secret. It is removed once before the search.
    pub(super) text: String,
}

/// The secrets that `response` returns on purpose.
pub(super) fn returned(method: &str, path: &str, response: &Response) -> Vec<Returned> {
    let mut returned = Vec::new();
    for cookie in response.header_lines("set-cookie").filter(|cookie| cookie.starts_with("__Host-hop-")) {
        let text = cookie.split(';').next().unwrap_or_default();
        let (cookie, value) = text.split_once('=').unwrap_or_default();
        let (secret, name) = match cookie {
            "__Host-hop-refresh" => (secret_part(value), "a refresh token"),
            _ if cookie.starts_with("__Host-hop-device-") => (value.rsplit('.').next().unwrap_or_default().to_owned(), "a device cookie"),
            _ => (value.rsplit('.').next().unwrap_or_default().to_owned(), "a cookie that opens a link"),
        };
        returned.push(Returned { secret, name, text: text.to_owned() });
    }
    let (status, fields): (u16, &[(&str, &str)]) = match path {
        "/api/v1/keys" => (201, &[("secret", "the secret of a key")]),
        "/api/v1/users" => (201, &[("invite_token", "an invitation")]),
        "/api/v1/login" | "/api/v1/token" | "/api/v1/invitations/accept" => {
            (200, &[("access_token", "an access token"), ("refresh_token", "a refresh token")])
        }
        _ if path.starts_with("/api/v1/users/") && path.ends_with("/invite") => (201, &[("invite_token", "an invitation")]),
        _ if path.starts_with("/api/v1/users/") && path.ends_with("/reset") => (201, &[("reset_token", "a password reset")]),
        _ => return returned,
    };
    if (method, response.status) != ("POST", status) {
        return returned;
    }
    let json: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    for (field, name) in fields {
        if let Some(text) = json[field].as_str() {
            returned.push(Returned { secret: secret_part(text), name, text: text.to_owned() });
        }
    }
    returned
}

/// The secret part of `hop_<id>_<secret>` and of other tokens of hop, the signature of an access token, or all of any
/// other text.
fn secret_part(text: &str) -> String {
    let secret = match text {
        _ if text.starts_with("hoprt_") => text.splitn(5, '_').nth(4),
        _ if ["hop_", "hopinvite_", "hopreset_"].iter().any(|prefix| text.starts_with(prefix)) => text.splitn(3, '_').nth(2),
        _ if text.starts_with("eyJ") => text.rsplit('.').next(),
        _ => None,
    };
    secret.unwrap_or(text).to_owned()
}

/// The strings in all fields called `name`, at any depth.
fn fields(json: &Value, name: &str, found: &mut Vec<String>) {
    match json {
        Value::Object(members) => {
            found.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| fields(value, name, found));
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, name, found)),
        _ => {}
    }
}

/// The passwords in a form or in JSON Lines.
fn in_form_or_lines(body: &[u8], found: &mut Vec<String>) {
    found.extend(form_urlencoded::parse(body).filter(|(name, _)| name == "password").map(|(_, value)| value.into_owned()));
    for json in body.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()) {
        fields(&json, "password", found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_body(body: &str) -> Vec<String> {
        sent(std::iter::empty(), body.as_bytes()).into_iter().map(|(secret, _)| secret).collect()
    }

    fn of_header(value: &str) -> Vec<String> {
        sent([("authorization", value.as_bytes())].into_iter(), b"").into_iter().map(|(secret, _)| secret).collect()
    }

    #[test]
    fn passwords_are_found_in_every_kind_of_body() {
        for body in [
            r#"{"password":"quite a p\u00e4ssword"}"#,
            r#"{"items":[{"link":{"password":"quite a pässword"}}]}"#,
            "{\"a\":1}\n{\"password\":\"quite a pässword\"}\n",
            r#"{"current":"quite a pässword"}"#,
            r#"{"new":"quite a pässword"}"#,
            "password=quite+a+p%C3%A4ssword&x=y",
        ] {
            assert_eq!(of_body(body), ["quite a pässword"], "{body}");
        }
        for none in ["", "password", "password=", "password=ten-chars.", r#"{"password":null}"#, &format!("password={}", "x".repeat(1_025))]
        {
            assert!(of_body(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn private_texts_of_reports_are_found() {
        for body in [r#"{"url":"x","detail":"quite a long story"}"#, "url=x&contact=quite+a+long+story&detail=short"] {
            assert_eq!(private(body.as_bytes()), [("quite a long story".to_owned(), "a text of a report")], "{body}");
        }
        assert!(private(br#"{"note":"quite a long story","contact":null}"#).is_empty());
    }

    #[test]
    fn only_the_secret_part_of_a_key_counts() {
        let secret = "k".repeat(44);
        for header in [format!("Bearer hop_id_{secret}"), format!("bearer hop_other_{secret} "), format!("Basic {secret}"), secret.clone()]
        {
            assert_eq!(of_header(&header), [secret.as_str()], "{header}");
        }
        for header in ["Bearer hop_0123456789012345678901234567890123456789_", "Bearer x", ""] {
            assert!(of_header(header).is_empty(), "{header}");
        }
    }

    #[test]
    fn responses_return_only_documented_secrets() {
        let response = |status: u16, head: &str, body: &str| {
            Response::parse(format!("HTTP/1.1 {status} x\r\n{head}\r\n{body}").as_bytes(), false).unwrap()
        };
        let of = |method: &str, path: &str, response: &Response| {
            returned(method, path, response).into_iter().map(|returned| (returned.secret, returned.text)).collect::<Vec<_>>()
        };
        let pair = |secret: &str, text: &str| vec![(secret.to_owned(), text.to_owned())];
        let key = response(201, "", r#"{"id":"a","secret":"hop_a_bcd"}"#);
        assert_eq!(of("POST", "/api/v1/keys", &key), pair("bcd", "hop_a_bcd"));
        let invited = response(201, "", r#"{"invite_token":"abc"}"#);
        for path in ["/api/v1/users", "/api/v1/users/usr_x/invite"] {
            assert_eq!(of("POST", path, &invited), pair("abc", "abc"));
        }
        for (method, path, response) in [
            ("GET", "/api/v1/keys", &key),
            ("POST", "/api/v1/keys/x", &key),
            ("POST", "/api/v1/users", &key),
            ("PATCH", "/api/v1/users/usr_x", &invited),
            ("POST", "/api/v1/keys", &response(200, "", r#"{"secret":"hop_a_bcd"}"#)),
            ("POST", "/api/v1/login", &response(201, "", r#"{"access_token":"eyJ.b.c"}"#)),
            ("POST", "/x", &response(303, "Set-Cookie: other=x.y\r\n", "")),
        ] {
            assert!(of(method, path, response).is_empty(), "{method} {path}");
        }
        let signed_in = response(
            200,
            "Set-Cookie: __Host-hop-refresh=hoprt_u_s_1_a_b; Path=/\r\n",
            r#"{"access_token":"eyJ.b.c","refresh_token":"hoprt_u_s_1_a_b"}"#,
        );
        for path in ["/api/v1/login", "/api/v1/token", "/api/v1/invitations/accept"] {
            let expected = [("a_b", "__Host-hop-refresh=hoprt_u_s_1_a_b"), ("c", "eyJ.b.c"), ("a_b", "hoprt_u_s_1_a_b")];
            assert_eq!(of("POST", path, &signed_in), expected.map(|(secret, text)| (secret.to_owned(), text.to_owned())));
        }
        let reset = response(201, "", r#"{"reset_token":"hopreset_u_abc"}"#);
        assert_eq!(of("POST", "/api/v1/users/usr_x/reset", &reset), pair("abc", "hopreset_u_abc"));
        let opened = response(303, "Set-Cookie: __Host-hop-lnk_a=1.xyz; Path=/\r\n", "");
        assert_eq!(of("POST", "/x", &opened), pair("xyz", "__Host-hop-lnk_a=1.xyz"));
    }
}
