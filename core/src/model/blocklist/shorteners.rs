//! The built-in list of public link shorteners. It has well-known services only, kept by hand: docs/OPERATIONS.md names
//! longer lists.

/// The hosts, sorted. The hosts below each of them count too.
const SHORTENERS: [&str; 66] = [
    "0rz.tw",
    "2u.pw",
    "acortar.link",
    "adf.ly",
    "bc.vc",
    "bit.do",
    "bit.ly",
    "bitly.com",
    "bitly.ws",
    "buff.ly",
    "clck.ru",
    "cli.gs",
    "cutt.ly",
    "cutt.us",
    "da.gd",
    "dlvr.it",
    "dub.sh",
    "encurtador.com.br",
    "gg.gg",
    "goo.gl",
    "goo.su",
    "hyperurl.co",
    "ift.tt",
    "is.gd",
    "j.mp",
    "kutt.it",
    "lihi.cc",
    "lnkd.in",
    "me2.do",
    "n9.cl",
    "ouo.io",
    "ow.ly",
    "po.st",
    "pse.is",
    "qr.ae",
    "rb.gy",
    "rebrand.ly",
    "reurl.cc",
    "s.id",
    "short.gy",
    "shorte.st",
    "shorturl.asia",
    "shorturl.at",
    "shrtco.de",
    "smarturl.it",
    "snip.ly",
    "soo.gd",
    "spoo.me",
    "surl.li",
    "t.cn",
    "t.co",
    "t.ly",
    "t2m.io",
    "tiny.cc",
    "tiny.one",
    "tinyurl.com",
    "tny.im",
    "tr.im",
    "trib.al",
    "u.to",
    "ulvis.net",
    "url.cn",
    "urlz.fr",
    "v.gd",
    "vo.la",
    "x.co",
];

/// Whether `name` is on the list.
pub(super) fn contains(name: &str) -> bool {
    SHORTENERS.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::domain::Domain;

    #[test]
    fn shorteners_are_normalized_sorted_and_unique() {
        assert!(SHORTENERS.is_sorted_by(|less, more| less < more));
        for host in SHORTENERS {
            assert_eq!(Domain::parse(host).unwrap().as_str(), host);
            assert!(host.contains('.'), "{host} would list a top-level domain");
        }
    }
}
