//! Shards whose number changes: reports add up all generations, and a visitor of both counts once.

use super::world::{World, run};
use crate::model::domain::Domain;
use crate::model::ledger_shards::ShardNames;
use crate::model::link::LinkId;
use crate::model::time::Timestamp;
use crate::stats::ledger;
use crate::store::ledger::Subject;
use crate::store::ports::Edge as _;

/// 30 clicks of three visitors on ten links, before the number of shards changes and after.
fn world() -> World {
    let mut world = World::with_salts();
    let count = |world: &World| {
        for link in 0..10 {
            for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
                world.count(link, address);
            }
        }
    };
    count(&world);
    world.shards = ShardNames::parse("8 1".split(' ')).unwrap();
    count(&world);
    world
}

#[test]
fn reports_add_up_generations() {
    let world = world();
    for _ in 0..2 {
        for link in 2..10 {
            assert_eq!(world.report_of_link(link).totals().humans, 6, "{link}");
        }
        let all = world.report(Subject::Domains(None));
        assert_eq!((all.totals().humans, world.humans()), (61, 61));
        let one = world.report(Subject::Domains(Some(vec![Domain::stored("hop.example".into())])));
        assert_eq!(one.totals(), all.totals());
        let ids: Vec<LinkId> = (0..10).map(|link| LinkId::stored(format!("lnk_{link}"))).collect();
        world.edge.ledger();
        let totals = run(ledger::totals(&world.edge.ledger, &world.shards, &ids.iter().collect::<Vec<_>>())).unwrap();
        let humans: Vec<_> = totals.iter().map(|totals| totals.clicks.humans).collect();
        assert_eq!(humans, [6, 7, 6, 6, 6, 6, 6, 6, 6, 6]);
        let recent = run(ledger::recent(&world.edge.ledger, &world.shards, &ids[3], Timestamp::from_millis(0))).unwrap();
        assert_eq!(recent.len(), 6);
        world.ring_alarms();
    }
    let shards: std::collections::BTreeSet<_> = world.edge.ledger.rows().into_iter().map(|(shard, ..)| shard).collect();
    assert!(shards.len() > 4 && shards.contains("v1/1/0"), "{shards:?}");
}

#[test]
fn visitor_of_several_shards_counts_once() {
    let world = world();
    assert_eq!(world.report_of_link(4).visitor_days(), 3);
    assert_eq!(world.report(Subject::Domains(None)).visitor_days(), 3);
}

#[test]
fn link_is_erased_in_all_generations() {
    let world = world();
    world.edge.ledger();
    run(ledger::erase(&world.edge.ledger, &world.shards, &LinkId::stored("lnk_4".into()))).unwrap();
    assert_eq!((world.report_of_link(4).totals().humans, world.humans()), (0, 61));
}
