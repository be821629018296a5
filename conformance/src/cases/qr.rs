//! QR codes: an independent decoder reads the short URL in every picture.

use hop_core::memory::Random;
use serde_json::json;

use super::{TARGET, address, cases, create, field_errors, link, readable};
use crate::client::{Call, Response};
use crate::deployment::Deployment;
use crate::pictures::Picture;
use crate::world::{OTHER_DOMAIN, World};

cases!("qr":
    code_contains_the_short_url,
    code_is_readable_with_random_settings,
    code_has_file_name_and_strict_policy,
    all_wrong_parameters_are_reported_at_once,
    low_contrast_colours_are_refused,
    too_small_picture_is_refused,
    unknown_and_deleted_links_have_no_code,
    code_needs_a_key,
);

fn ask(hop: &Deployment, alias: &str, query: &str) -> Response {
    hop.send(&Call::get(format!("{}/qr?{query}", address(alias))).admin())
}

/// The picture of a response.
#[track_caller]
fn picture(response: Response) -> Picture {
    let response = response.expect(200);
    match response.header("content-type").as_deref() {
        Some("image/svg+xml") => Picture::of_svg(&response.text()),
        Some("image/png") => Picture::of_png(&response.body),
        other => panic!("{other:?} is no picture"),
    }
}

fn code_contains_the_short_url(world: &World) {
    let hop = world.hop();
    let plain = world.alias("qr");
    let party = format!("🎉{plain}");
    let longest = format!("{plain}{}", "é".repeat((128 - plain.len()) / 2));
    for alias in [&plain, &party, &longest] {
        let created = create(hop, &json!({"target": TARGET, "alias": alias})).expect(201).json();
        let encoded = created["short_url"].as_str().unwrap().strip_prefix("https://hop.example/").unwrap().to_owned();
        readable(hop, &encoded, |link| link.is_some());
        for format in ["svg", "png"] {
            let picture = picture(ask(hop, &encoded, &format!("format={format}")));
            assert_eq!((picture.text().as_deref(), picture.side), (created["short_url"].as_str(), 512), "{alias} as {format}");
            assert_eq!(picture.colors(), [[255; 3], [0; 3]]);
        }
    }
    let elsewhere = create(hop, &json!({"target": TARGET, "alias": plain, "domain": OTHER_DOMAIN})).expect(201).json();
    readable(hop, &format!("{plain}?domain={OTHER_DOMAIN}"), |link| link.is_some());
    let code = picture(ask(hop, &plain, &format!("domain={OTHER_DOMAIN}")));
    assert_eq!(code.text().as_deref(), elsewhere["short_url"].as_str());
}

/// Requests codes with random settings until 40 were read. Only small sizes may be refused.
fn code_is_readable_with_random_settings(world: &World) {
    const COLORS: [(&str, &str); 6] = [
        ("000000", "ffffff"),
        ("%23949494", "%23FFFFFF"),
        ("000000", "5a5a5a"),
        ("0000ff", "ffff00"),
        ("ff0000", "ffffff"),
        ("800000", "c0c0c0"),
    ];
    let hop = world.hop();
    let mut random = Random::new(7);
    let stem = world.alias("qr");
    let links: Vec<_> =
        [0, 20, 60, 128 - stem.len()].iter().map(|more| link(hop, &format!("{stem}{}", "x".repeat(*more)), TARGET)).collect();
    let mut codes = 0;
    while codes < 40 {
        let link = &links[random.below(links.len())];
        let margin = [0, 1, 4, 16, random.below(17)][random.below(5)];
        let size = [64, 65, 100, 512, 1_023, 1_024, 64 + random.below(961)][random.below(7)];
        let (level, format) = (["L", "M", "Q", "H"][random.below(4)], ["svg", "png"][random.below(2)]);
        let (color, background) = COLORS[random.below(COLORS.len())];
        let query = format!("size={size}&margin={margin}&level={level}&color={color}&background={background}");
        let response = ask(hop, link["alias"].as_str().unwrap(), &format!("{query}&format={format}"));
        if response.status == 422 {
            assert_eq!(field_errors(&response.json()), [("/size".into(), "conflicts".into())], "{query}");
            assert!(size < 250, "{query}");
            continue;
        }
        let code = picture(response);
        assert_eq!((code.side, code.text().as_deref()), (size, link["short_url"].as_str()), "{query}");
        let other = ["svg", "png"].into_iter().find(|other| *other != format).unwrap();
        let same = picture(ask(hop, link["alias"].as_str().unwrap(), &format!("{query}&format={other}")));
        assert!(same == code, "{query} gives another picture as {other}");
        let hex = |[red, green, blue]: [u8; 3]| format!("{red:02x}{green:02x}{blue:02x}");
        let mut expected = [background, color].map(|color| color.trim_start_matches("%23").to_lowercase());
        let mut colors: Vec<String> = code.colors().into_iter().map(hex).collect();
        expected.sort();
        colors.sort();
        assert_eq!(colors, expected, "{query}");
        codes += 1;
    }
}

fn code_has_file_name_and_strict_policy(world: &World) {
    let hop = world.hop();
    let plain = world.alias("qr");
    let party = format!("🎉.{plain}");
    for (alias, encoded) in [(&plain, plain.clone()), (&party, format!("%F0%9F%8E%89.{plain}"))] {
        create(hop, &json!({"target": TARGET, "alias": alias})).expect(201);
        readable(hop, &encoded, |link| link.is_some());
        for (format, media_type) in [("svg", "image/svg+xml"), ("png", "image/png")] {
            let response = ask(hop, &encoded, &format!("format={format}")).expect(200);
            for (name, value) in [
                ("content-type", media_type),
                ("content-disposition", &format!("inline; filename*=UTF-8''{encoded}.{format}")),
                ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
                ("x-content-type-options", "nosniff"),
                ("cache-control", "no-store"),
            ] {
                assert_eq!(response.header(name).as_deref(), Some(value), "{name}");
            }
            let head = hop.send(&Call::new("HEAD", format!("{}/qr?format={format}", address(&encoded))).admin()).expect(200);
            assert_eq!((head.header_names(), head.body.len()), (response.header_names(), 0));
        }
    }
    let svg = ask(hop, &plain, "size=200").expect(200).text();
    assert!(
        svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"200\" height=\"200\" viewBox=\"0 0 200 200\" role=\"img\""),
        "{svg}"
    );
    assert!(svg.contains(&format!("<title>https://hop.example/{plain}</title>")), "{svg}");
    assert_eq!((svg.matches("<path").count(), svg.matches('<').count()), (1, 6), "{svg}");
}

fn all_wrong_parameters_are_reported_at_once(world: &World) {
    let hop = world.hop();
    let alias = world.alias("qr");
    link(hop, &alias, TARGET);
    for (query, errors) in [
        ("size=63", vec![("/size", "out_of_range")]),
        ("size=1025&margin=17", vec![("/size", "out_of_range"), ("/margin", "out_of_range")]),
        ("size=&margin=-1&level=m", vec![("/size", "out_of_range"), ("/margin", "out_of_range"), ("/level", "invalid")]),
        ("size=99999999999999999999", vec![("/size", "out_of_range")]),
        ("format=gif&format=svg&level=X", vec![("/level", "invalid"), ("/format", "duplicate")]),
        ("color=red&background=%23fff&format=gif", vec![("/format", "invalid"), ("/color", "invalid"), ("/background", "invalid")]),
        ("domain=unknown.example&size=1&scale=2", vec![("/domain", "invalid"), ("/size", "out_of_range"), ("/scale", "unknown")]),
    ] {
        let problem = ask(hop, &alias, query).problem(422, "invalid_fields");
        let errors: Vec<(String, String)> = errors.into_iter().map(|(field, code)| (field.into(), code.into())).collect();
        assert_eq!(field_errors(&problem), errors, "{query}");
    }
}

fn low_contrast_colours_are_refused(world: &World) {
    let hop = world.hop();
    let alias = world.alias("qr");
    link(hop, &alias, TARGET);
    for (query, field) in [
        ("color=ffffff&background=000000", "/color"),
        ("color=ffffff", "/color"),
        ("background=000000", "/background"),
        ("color=959595", "/color"),
        ("background=585858", "/background"),
        ("color=00ff00&background=%23FFFFFF", "/color"),
    ] {
        let problem = ask(hop, &alias, query).problem(422, "invalid_fields");
        assert_eq!(field_errors(&problem), [(field.into(), "conflicts".into())], "{query}");
    }
    for query in ["color=949494", "background=5a5a5a", "color=%23123456&background=fedcba"] {
        ask(hop, &alias, query).expect(200);
    }
}

fn too_small_picture_is_refused(world: &World) {
    let hop = world.hop();
    let stem = world.alias("qr");
    // The URL has 148 bytes, which take 57 modules at level H, and the margin takes 8 more.
    let alias = format!("{stem}{}", "x".repeat(128 - stem.len()));
    let created = link(hop, &alias, TARGET);
    let problem = ask(hop, &alias, "size=72&level=H").problem(422, "invalid_fields");
    assert_eq!(field_errors(&problem), [("/size".into(), "conflicts".into())]);
    let code = picture(ask(hop, &alias, "size=73&level=H"));
    assert_eq!(code.text().as_deref(), created["short_url"].as_str());
}

fn unknown_and_deleted_links_have_no_code(world: &World) {
    let hop = world.hop();
    let alias = world.alias("qr");
    ask(hop, &alias, "").problem(404, "not_found");
    ask(hop, "a%2Fb", "").problem(404, "not_found");
    create(hop, &json!({"target": TARGET, "alias": alias, "disabled": true})).expect(201);
    readable(hop, &alias, |link| link.is_some());
    ask(hop, &alias, "").expect(200);
    hop.send(&Call::new("DELETE", address(&alias)).admin()).expect(204);
    readable(hop, &alias, |link| link.is_some_and(|link| link["state"] == "deleted"));
    ask(hop, &alias, "").problem(410, "link_ended");
}

fn code_needs_a_key(world: &World) {
    let hop = world.hop();
    let alias = world.alias("qr");
    link(hop, &alias, TARGET);
    hop.send(&Call::get(format!("{}/qr", address(&alias)))).problem(401, "unauthenticated");
}
