use super::*;

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const WEBVIEW: &str = "Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Version/4.0 Chrome/124.0.6367.123 Mobile Safari/537.36 Example/4.8";
/// A browser's own request over https from a home network.
const COMPLETE: Signals<'static> =
    Signals { is_prefetch: false, is_https: true, has_sec_fetch: true, has_accept_language: true, operator: Some("Example Telecom") };
const PERSON: Agent = Agent { kind: AgentKind::Human, reason: None };

fn click(agent: &str, signals: Signals<'_>) -> Agent {
    classify_click(agent.as_bytes(), &signals)
}

fn bot(reason: &'static str) -> Agent {
    Agent { kind: AgentKind::Bot, reason: Some(reason) }
}

#[test]
fn complete_requests_of_browsers_are_people() {
    assert_eq!(click(CHROME, COMPLETE), PERSON);
    assert_eq!(click(WEBVIEW, COMPLETE), PERSON);
}

#[test]
fn missing_sec_fetch_marks_exact_browsers() {
    let without = Signals { has_sec_fetch: false, ..COMPLETE };
    for agent in [
        CHROME,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.87 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36 OPR/115.0.0.0",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:90.0) Gecko/20100101 Firefox/90.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1.1 Mobile/15E148 Safari/604.1",
    ] {
        assert_eq!(click(agent, without), bot(NO_SEC_FETCH), "{agent}");
        assert_eq!(click(agent, Signals { is_https: false, ..without }), PERSON, "{agent} over http");
    }
}

#[test]
fn missing_sec_fetch_of_other_browsers_means_nothing() {
    let without = Signals { has_sec_fetch: false, ..COMPLETE };
    for agent in [
        WEBVIEW,
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.130 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.0.0 Safari/537.36 Edg/112.0.1722.39",
        "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/94.0.4606.128 Safari/537.36 Vivaldi/6.5",
        "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K VH2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/112.0.5615.136 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:89.0) Gecko/20100101 Firefox/89.0",
        "Mozilla/5.0 (Windows NT 10.0; WOW64; rv:91.0) Gecko/20100101 Goanna/4.8 Firefox/91.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.3 Safari/605.1.15",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (PlayStation; PlayStation 5/6.50) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.4 Safari/605.1.15",
    ] {
        assert_eq!(click(agent, without), PERSON, "{agent}");
    }
}

#[test]
fn hosting_network_needs_second_sign() {
    for operator in ["AMAZON-02", "Google Cloud", "DigitalOcean, LLC", "Hetzner Online GmbH", "OVH SAS", "MICROSOFT-CORP-MSN-AS-BLOCK"] {
        let hosted = Signals { operator: Some(operator), ..COMPLETE };
        assert_eq!(click(CHROME, hosted), PERSON, "{operator} alone");
        assert_eq!(click(CHROME, Signals { has_accept_language: false, ..hosted }), bot(HOSTING_NETWORK), "{operator}");
        assert_eq!(click(WEBVIEW, Signals { has_sec_fetch: false, ..hosted }), bot(HOSTING_NETWORK), "{operator}");
        assert_eq!(click(WEBVIEW, Signals { has_sec_fetch: false, is_https: false, ..hosted }), PERSON, "{operator} over http");
    }
}

#[test]
fn second_sign_needs_hosting_network() {
    for operator in [None, Some(""), Some("Cloudflare, Inc."), Some("Akamai Technologies"), Some("Deutsche Telekom AG")] {
        let signals = Signals { has_accept_language: false, operator, ..COMPLETE };
        assert_eq!(click(CHROME, signals), PERSON, "{operator:?}");
        assert_eq!(click(WEBVIEW, Signals { has_sec_fetch: false, ..signals }), PERSON, "{operator:?}");
    }
}

#[test]
fn signals_do_not_change_programs_and_previews() {
    let none =
        Signals { is_prefetch: false, is_https: true, has_sec_fetch: false, has_accept_language: false, operator: Some("AMAZON-02") };
    assert_eq!(click("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", none).kind, AgentKind::Preview);
    assert_eq!(click("curl/8.5.0", none), bot("curl/"));
    let prefetch = click(CHROME, Signals { is_prefetch: true, ..none });
    assert_eq!((prefetch.kind, prefetch.reason), (AgentKind::Preview, Some("prefetch")));
}

#[cfg(not(target_arch = "wasm32"))]
proptest::proptest! {
    #[test]
    fn any_bytes_are_classified(agent in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
        let signals = Signals { has_sec_fetch: false, ..COMPLETE };
        proptest::prop_assert!(!sends_sec_fetch(&agent));
        let click = classify_click(&agent, &signals);
        proptest::prop_assert_eq!(click.kind == AgentKind::Human, click.reason.is_none());
    }
}
