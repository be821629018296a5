//! What a deployment tells whoever watches over it.

use super::cases;
use crate::client::Call;
use crate::edges::Edge;
use crate::world::{DOMAIN, World};

cases!("metrics":
    a_scraper_learns_how_the_deployment_is,
    a_store_that_is_not_there_is_a_number,
    nobody_reads_them_without_a_key,
);

fn a_scraper_learns_how_the_deployment_is(world: &World) {
    let answer = world.hop().send(&Call::get("/metrics").admin()).expect(200);
    assert_eq!(answer.header("content-type").unwrap(), "text/plain; version=0.0.4; charset=utf-8");
    let text = answer.text();
    let (edge, copies) = match world.edge {
        Edge::Memory => ("memory", 1),
        Edge::Workerd => ("cloudflare", 1),
        Edge::Viceroy => ("fastly", 0),
    };
    for line in [&*format!("hop_info{{edge=\"{edge}\",version=\""), "hop_store_up 1\n", &format!("hop_copies {copies}\n")] {
        assert!(text.contains(&format!("\n{line}")), "{line} is missing: {text}");
    }
    let number = text.lines().find_map(|line| line.strip_prefix("hop_store_probe_seconds ")).unwrap();
    assert!((0.0..30.0).contains(&number.parse::<f64>().unwrap()), "{number}");
    assert!(!text.contains(DOMAIN), "whose links they are is nobody's business: {text}");
    let head = world.hop().send(&Call::new("HEAD", "/metrics").admin()).expect(200);
    assert_eq!((head.header_names(), head.body.len()), (answer.header_names(), 0));
}

fn a_store_that_is_not_there_is_a_number(world: &World) {
    let text = world.without_store().send(&Call::get("/metrics").admin()).expect(200).text();
    assert!(text.contains("\nhop_store_up 0\n"), "{text}");
}

fn nobody_reads_them_without_a_key(world: &World) {
    for call in [Call::get("/metrics"), Call::get("/metrics").header("Authorization", "Bearer x")] {
        world.hop().send(&call).problem(401, "unauthenticated");
    }
}
