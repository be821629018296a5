//! Salts in an isolate: without one, clicks count without unique visitors, and the ledger is asked every ten minutes.

use super::world::World;
use crate::model::stats::Day;
use crate::model::stats::samples::MIDNIGHT;
use crate::model::time::Timestamp;
use crate::stats::ClickBuffer;
use crate::store::ledger::Salt;

#[test]
fn missing_salts_are_asked_for_every_ten_minutes() {
    let world = World::new();
    for (wait, calls) in [(0, 2), (1, 1), (598, 1), (1, 2), (599, 1), (1, 2)] {
        world.edge.wait_seconds(wait);
        world.count(1, "192.0.2.1");
        assert_eq!(world.edge.ledger.take_costs().0, calls, "{wait}");
    }
    let report = world.report_of_link(1);
    assert_eq!((report.totals().humans, report.visitor_days()), (6, 0));
}

#[test]
fn salt_is_used_after_an_hour() {
    let world = World::new();
    world.count(1, "192.0.2.1");
    world.ring_alarms();
    for (wait, visitors) in [(0, 0), (3_599, 0), (600, 1), (1, 2)] {
        world.edge.wait_seconds(wait);
        world.count(1, &format!("192.0.2.{}", wait % 256));
        assert_eq!(world.report_of_link(1).visitor_days(), visitors, "{wait}");
    }
    assert_eq!(world.report_of_link(1).totals().humans, 5);
}

#[test]
fn visitor_counts_once_a_day() {
    let world = World::with_salts();
    for _ in 0..3 {
        for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"] {
            world.count(1, address);
        }
        assert_eq!(world.report_of_link(1).visitor_days() % 3, 0);
        world.ring_alarms();
        world.edge.wait_seconds(12 * 3_600);
        world.ring_alarms();
    }
    assert_eq!((world.report_of_link(1).visitor_days(), world.report_of_link(1).totals().humans), (6, 13));
}

#[test]
fn clock_that_jumps_back_does_not_stop_reading_salts() {
    let (mut buffer, day) = (ClickBuffer::default(), Day::of(Timestamp::from_millis(MIDNIGHT)));
    let at = Timestamp::from_millis;
    assert!(buffer.needs_salt(day, at(MIDNIGHT)));
    buffer.miss_salt(day, at(MIDNIGHT));
    for (now, needs) in [(MIDNIGHT, false), (MIDNIGHT + 599_999, false), (MIDNIGHT + 600_000, true), (MIDNIGHT - 86_400_000, true)] {
        assert_eq!(buffer.needs_salt(day, at(now)), needs, "{now}");
    }
    assert!(buffer.needs_salt(day.next(), at(MIDNIGHT)), "another day is read at once");
    buffer.keep_salt(day, Salt { bytes: [1; 32], made_at: at(0) });
    assert!(!buffer.needs_salt(day, at(MIDNIGHT + 600_000)) && buffer.salt(day).is_some());
    buffer.keep_salt(day.plus(2), Salt { bytes: [1; 32], made_at: at(0) });
    assert!(buffer.salt(day).is_none(), "old salts are forgotten");
}
