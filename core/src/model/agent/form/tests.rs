use super::*;

#[track_caller]
fn assert_rule(agents: &[&str], rule: Option<&str>) {
    for agent in agents {
        assert_eq!(broken_rule(agent.as_bytes()), rule, "{agent}");
        assert_eq!(broken_rule(agent.to_ascii_uppercase().as_bytes()), rule, "{agent} in capitals");
    }
}

#[test]
fn contact_address_marks_programs() {
    assert_rule(
        &[
            "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:26.0) Gecko/20100101 Firefox/26.0 Evidon (lab@evidon.com)",
            "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.0) (larbin@unspecified.mail)",
            "Mozilla/5.0 (compatible; MSIE 8.0; Windows NT 6.3; www.alertra.com)",
            "Mozilla/5.0 Project 25499 (project25499.com)",
            "Mozilla/5.0 (compatible; +probely.com/sos) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/104.0.0.0 Safari/537.36",
        ],
        Some(CONTACT_ADDRESS),
    );
    let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/111.0.0.0 Mobile Safari/537.36";
    assert_rule(
        &[
            &format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} (Ecosia android@111.0.5563.116)"),
            &format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} com.example.app/1.2"),
            &format!("Mozilla/5.0 (Linux; Android 10; K) {chrome} com.android.browser"),
            "Mozilla/5.0 (iPhone; CPU iPhone OS 11_2_1 like Mac OS X) AppleWebKit/604.4.7 (KHTML, like Gecko) [FBCR/Telekom.de]",
            "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; .NET CLR 2.0.50727; .NET4.0C)",
            "Mozilla/4.0 (compatible; MSIE 6.0; Windows 98; Net M@nager V3.02)",
        ],
        None,
    );
}

#[test]
fn missing_engine_marks_programs() {
    assert_rule(
        &[
            "Mozilla/5.0",
            "Mozilla/5.0 (compatible; Goodzer/1.0)",
            "Mozilla/2.0 (compatible; Ask Jeeves/Teoma)",
            "Mozilla/5.0 (pc-x86_64-linux-gnu) Siege/4.0.4",
            "Mozilla/5.0 (Windows NT 6.1; stumbleupon) Chrome/58.0.3029.110 Safari/537.36",
        ],
        Some(NO_ENGINE),
    );
    assert_rule(
        &[
            "Mozilla/4.8 [en] (Windows NT 5.1; U)",
            "Mozilla/5.0 (compatible; Konqueror/3.1; OpenBSD)",
            "Mozilla/5.0 (PLAYSTATION 3; 1.00)",
            "Mozilla/1.1 (compatible; MSPIE 2.0; Windows CE)",
            "Nokia5130c-2/2.0 (07.97) Profile/MIDP-2.1 Configuration/CLDC-1.1",
            "Lynx/2.9.0 libwww-FM/2.14",
        ],
        None,
    );
}

#[test]
fn remark_on_engine_marks_programs() {
    assert_rule(
        &[
            "Mozilla/5.0 (en-us) AppleWebKit/537.36 (KHTML, like Gecko; Google PP Default) Chrome/27.0.1453 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko SomeAgent 3.0) Chrome/56.0.2924.87 Safari/537.36",
        ],
        Some(ENGINE_REMARK),
    );
    assert_rule(
        &[
            "Mozilla/5.0 (Macintosh; U; PPC Mac OS X; en) AppleWebKit/418.9 (KHTML, like Gecko, Safari) Shiira/1.2.2",
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko",
        ],
        None,
    );
}
