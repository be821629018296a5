//! The software of visitors, by its User-Agent.

pub(super) struct Agent {
    pub(super) text: &'static str,
    pub(super) is_mobile: bool,
    pub(super) weight: f64,
}

const fn desktop(weight: f64, text: &'static str) -> Agent {
    Agent { text, is_mobile: false, weight }
}

const fn mobile(weight: f64, text: &'static str) -> Agent {
    Agent { text, is_mobile: true, weight }
}

pub(super) const BROWSERS: [Agent; 14] = [
    mobile(
        21.0,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1",
    ),
    mobile(19.0, "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36"),
    mobile(
        4.0,
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36",
    ),
    mobile(2.5, "Mozilla/5.0 (Android 16; Mobile; rv:148.0) Gecko/148.0 Firefox/148.0"),
    mobile(
        2.0,
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/146.0.7680.40 Mobile/15E148 Safari/604.1",
    ),
    mobile(
        3.0,
        "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    ),
    desktop(19.0, "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"),
    desktop(
        6.0,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0",
    ),
    desktop(5.0, "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:148.0) Gecko/20100101 Firefox/148.0"),
    desktop(8.0, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15"),
    desktop(5.5, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"),
    desktop(2.0, "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"),
    desktop(1.6, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"),
    desktop(0.9, "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"),
];

pub(super) const BOTS: [Agent; 9] = [
    desktop(30.0, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    desktop(16.0, "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    desktop(14.0, "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"),
    desktop(10.0, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)"),
    desktop(8.0, "CCBot/2.0 (https://commoncrawl.org/faq/)"),
    desktop(8.0, "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)"),
    desktop(6.0, "curl/8.14.1"),
    desktop(5.0, "python-requests/2.32.4"),
    desktop(3.0, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/146.0.0.0 Safari/537.36"),
];

pub(super) const PREVIEWS: [Agent; 6] = [
    desktop(28.0, "WhatsApp/2.23.20.0"),
    desktop(20.0, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    desktop(16.0, "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    desktop(14.0, "TelegramBot (like TwitterBot)"),
    desktop(12.0, "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)"),
    desktop(8.0, "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"),
];
