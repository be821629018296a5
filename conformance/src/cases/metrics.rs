//! Metrics of a deployment, for Prometheus.

use super::cases;
use crate::client::Call;
use crate::edges::Edge;
use crate::world::{DOMAIN, World};

cases!("metrics":
    metrics_describe_the_deployment,
    missing_store_is_reported_as_down,
    metrics_need_a_key,
);

fn metrics_describe_the_deployment(world: &World) {
    let response = world.hop().send(&Call::get("/metrics").admin()).expect(200);
    assert_eq!(response.header("content-type").unwrap(), "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text();
    let (edge, has_cache) = match world.edge {
        Edge::Memory => ("memory", 1),
        Edge::Workerd => ("cloudflare", 1),
        Edge::Viceroy => ("fastly", 0),
    };
    for line in [&*format!("hop_info{{edge=\"{edge}\",version=\""), "hop_store_up 1\n", &format!("hop_cached_links {has_cache}\n")] {
        assert!(text.contains(&format!("\n{line}")), "{line} is missing: {text}");
    }
    let number = text.lines().find_map(|line| line.strip_prefix("hop_store_probe_seconds ")).unwrap();
    assert!((0.0..30.0).contains(&number.parse::<f64>().unwrap()), "{number}");
    let of_ledger = [
        "ledger_up 1",
        "ledger_lag_seconds ",
        "dropped_batches_total 0",
        "clicks_total{kind=\"human\"} ",
        "failed_visits_total{cause=\"root\"} ",
    ];
    let found = of_ledger.map(|metric| text.contains(&format!("\nhop_{metric}")));
    assert_eq!(found, [world.edge != Edge::Viceroy; 5], "only an edge with a ledger has its metrics: {text}");
    assert!(!text.contains(DOMAIN), "metrics name no domain: {text}");
    let head = world.hop().send(&Call::new("HEAD", "/metrics").admin()).expect(200);
    assert_eq!((head.header_names(), head.body.len()), (response.header_names(), 0));
}

fn missing_store_is_reported_as_down(world: &World) {
    let text = world.without_store().send(&Call::get("/metrics").admin()).expect(200).text();
    assert!(text.contains("\nhop_store_up 0\n"), "{text}");
}

fn metrics_need_a_key(world: &World) {
    for call in [Call::get("/metrics"), Call::get("/metrics").header("Authorization", "Bearer x")] {
        world.hop().send(&call).problem(401, "unauthenticated");
    }
}
