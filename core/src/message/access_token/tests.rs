use serde_json::{Value, json};

use super::*;
use crate::model::secret::Secret;

const ISSUER: &str = "https://hop.example";
const NOW: Timestamp = Timestamp::from_millis(1_795_248_000_000);

/// Seconds since 1970 of `NOW`.
const SECONDS: u64 = 1_795_248_000;

fn keys() -> TokenKeys {
    TokenKeys::parse(["new:0123456789abcdef0123456789abcdef", "old:fedcba9876543210fedcba9876543210"]).unwrap()
}

fn access() -> AccessToken {
    AccessToken {
        user: UserId::from_random("3333333333333333y"),
        session: SessionId::new(NOW, "2222222222222222x"),
        role: Role::Admin,
        issued_at: NOW,
        name: "jti".into(),
    }
}

fn verify(token: &str) -> Result<AccessToken, TokenFault> {
    AccessToken::verify(token.as_bytes(), &keys(), ISSUER, NOW)
}

/// A token with these parts, properly signed with the key of this number.
fn signed(header: &str, claims: &str, key: usize) -> String {
    let signed = format!("{}.{}", base64::encode(header.as_bytes()), base64::encode(claims.as_bytes()));
    let signature = base64::encode(&signature(&keys().all()[key], &signed));
    format!("{signed}.{signature}")
}

const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt","kid":"new"}"#;

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": ISSUER, "sub": "usr_3333333333333333y", "iat": SECONDS, "exp": SECONDS + 900, "jti": "jti",
        "sid": access().session.as_str(), "roles": ["admin"],
    })
}

/// The claims with one of them replaced.
fn with(name: &str, value: impl Into<Value>) -> String {
    let mut claims = claims();
    claims[name] = value.into();
    claims.to_string()
}

#[test]
fn signed_token_verifies_with_each_known_key() {
    let token = access().sign(&keys(), ISSUER).unwrap();
    assert_eq!(verify(&token), Ok(access()));
    assert!(token.len() < MAX_BYTES / 3, "{}", token.len());
    assert_eq!(verify(&signed(HEADER, &claims().to_string(), 0)), Ok(access()), "the order of claims does not matter");
    assert_eq!(verify(&signed(&HEADER.replace("new", "old"), &claims().to_string(), 1)), Ok(access()));
}

/// RFC 7515, appendix A.1: the key, the signing input and the signature of its example.
#[test]
fn signature_agrees_with_rfc_7515() {
    let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let key = TokenKey { name: "a1".into(), secret: Secret::from_bytes(&base64::decode(secret).unwrap()) };
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    assert_eq!(base64::encode(&signature(&key, input)), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

/// RFC 8725: 3.1 (algorithms), 3.2 (`none`), 3.10 (received claims), 3.11 (explicit types); RFC 7515: 4.1.11 (`crit`).
#[test]
fn every_other_header_is_refused() {
    for header in [
        r#"{"alg":"none","typ":"at+jwt","kid":"new"}"#,
        r#"{"alg":"None","typ":"at+jwt","kid":"new"}"#,
        r#"{"alg":"HS512","typ":"at+jwt","kid":"new"}"#,
        r#"{"alg":"RS256","typ":"at+jwt","kid":"new"}"#,
        r#"{"alg":"HS256","alg":"none","typ":"at+jwt","kid":"new"}"#,
        r#"{"alg":"HS256","typ":"JWT","kid":"new"}"#,
        r#"{"alg":"HS256","kid":"new"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"gone"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":["new"]}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new","jku":"https://evil.example/keys"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new","x5u":"https://evil.example/cert"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new","jwk":{"kty":"oct","k":"AAAA"}}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new","crit":["exp"],"exp":1}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new","b64":false,"crit":["b64"]}"#,
        r#"{"typ":"at+jwt","alg":"HS256","kid":"new"}"#,
        r#"{"alg":"HS256","typ":"at+jwt","kid":"new"} "#,
        "{}",
        "",
    ] {
        assert_eq!(verify(&signed(header, &claims().to_string(), 0)), Err(TokenFault::Header), "{header}");
    }
}

#[test]
fn every_other_form_is_refused() {
    let token = access().sign(&keys(), ISSUER).unwrap();
    let (signed_part, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed_part.split_once('.').unwrap();
    // The last character of a signature of 32 bytes has two bits that must be zero.
    let last = signature.chars().last().unwrap();
    let next = char::from(u8::try_from(last).unwrap() + 1);
    let json = json!({"payload": claims, "protected": header, "signature": signature}).to_string();
    for (wrong, fault) in [
        (String::new(), TokenFault::Form),
        ("eyJ".into(), TokenFault::Form),
        (signed_part.into(), TokenFault::Form),
        (format!("{header}.{claims}."), TokenFault::Signature),
        (format!("{header}..{signature}"), TokenFault::Signature),
        (format!("{header}...{signature}"), TokenFault::Form),
        (format!("{token}.{signature}"), TokenFault::Form),
        (format!("{token}="), TokenFault::Form),
        (format!("{token}A"), TokenFault::Signature),
        (format!("{token}\n"), TokenFault::Form),
        (format!("{header}.{claims}.{}{next}", signature.strip_suffix(last).unwrap()), TokenFault::Form),
        (format!("{header}=.{claims}.{signature}"), TokenFault::Header),
        (json, TokenFault::Form),
        ("A".repeat(2_048), TokenFault::Form),
        ("A".repeat(2_049), TokenFault::TooLong),
        (format!("{token}{}", "A".repeat(1_048_576)), TokenFault::TooLong),
        (token.replace(claims, &base64::encode(b"{}")), TokenFault::Signature),
        (signed_token_of_another_key(&token), TokenFault::Signature),
    ] {
        assert_eq!(verify(&wrong), Err(fault), "{}", wrong.get(..300).unwrap_or(&wrong));
    }
    assert_eq!(AccessToken::verify(b"eyJ\xff.a.b", &keys(), ISSUER, NOW), Err(TokenFault::Form));
}

/// The same token with a signature by the other key.
fn signed_token_of_another_key(token: &str) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    format!("{signed}.{}", base64::encode(&signature(&keys().all()[1], signed)))
}

/// RFC 7519, 4.1: the registered claims; RFC 8725, 3.8 and 3.9: issuer, subject and audience are checked.
#[test]
fn every_other_claim_is_refused() {
    let duplicate = claims().to_string().replace(r#""aud":"#, r#""sub":"usr_4444444444444444y","aud":"#);
    for (claims, fault) in [
        (with("iss", "https://evil.example"), TokenFault::Issuer),
        (with("iss", "https://hop.example/"), TokenFault::Issuer),
        (with("aud", "https://evil.example"), TokenFault::Audience),
        (with("aud", json!([ISSUER])), TokenFault::Claims),
        (with("exp", SECONDS), TokenFault::Expired),
        (with("exp", SECONDS - 1), TokenFault::Expired),
        (with("exp", SECONDS + 901), TokenFault::Lifetime),
        (with("exp", u64::MAX), TokenFault::Lifetime),
        (with("exp", -1), TokenFault::Claims),
        (with("exp", 1.5), TokenFault::Claims),
        (with("exp", (SECONDS + 900).to_string()), TokenFault::Claims),
        (with("iat", SECONDS + 121), TokenFault::FromTheFuture),
        (with("sub", "usr_1"), TokenFault::Claims),
        (with("sub", Value::Null), TokenFault::Claims),
        (with("sid", "ses_1"), TokenFault::Claims),
        (with("roles", json!([])), TokenFault::Claims),
        (with("roles", json!(["root"])), TokenFault::Claims),
        (with("roles", json!(["admin", "owner"])), TokenFault::Claims),
        (with("nbf", SECONDS), TokenFault::Claims),
        (with("admin", true), TokenFault::Claims),
        (duplicate, TokenFault::Claims),
        (format!("{}{{}}", self::claims()), TokenFault::Claims),
        ("null".into(), TokenFault::Claims),
        ("[]".into(), TokenFault::Claims),
        (String::new(), TokenFault::Claims),
    ] {
        assert_eq!(verify(&signed(HEADER, &claims, 0)), Err(fault), "{claims}");
    }
    assert!(verify(&signed(HEADER, &with("iat", SECONDS + 120), 0)).is_ok(), "clocks may differ by two minutes");
    assert!(verify(&signed(HEADER, &with("exp", SECONDS + 1), 0)).is_ok());
}

#[test]
fn faults_are_told_apart_in_the_log() {
    use TokenFault::{Audience, Claims, Expired, Form, FromTheFuture, Header, Issuer, Lifetime, Signature, TooLong};
    let faults = [TooLong, Form, Header, Signature, Claims, Issuer, Audience, Expired, FromTheFuture, Lifetime];
    let texts: std::collections::BTreeSet<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), faults.len());
}

#[test]
fn only_a_jwt_is_taken_for_a_token() {
    assert!(is_token(access().sign(&keys(), ISSUER).unwrap().as_bytes()));
    assert!(!is_token(b"hop_2222222222222222x_secret") && !is_token(b"") && !is_token(b"eY"));
}

#[test]
fn expired_token_is_signed_and_a_forged_one_is_not() {
    let expired = signed(HEADER, &with("exp", SECONDS - 1), 0);
    assert!(is_signed(expired.as_bytes(), &keys()) && verify(&expired) == Err(TokenFault::Expired));
    let forged = signed_token_of_another_key(&expired);
    assert!(!is_signed(forged.as_bytes(), &keys()) && !is_signed(b"eyJ", &keys()));
}
