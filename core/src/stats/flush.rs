//! Sending clicks to the ledger, in background work.

use std::collections::BTreeMap;

use super::buffer::{ClickBuffer, FlushTask, FullBuffer};
use crate::isolate::Isolate;
use crate::log::log_lost;
use crate::model::ledger_shards::ShardNames;
use crate::model::stats::Day;
use crate::model::time::Timestamp;
use crate::store::id_source;
use crate::store::ledger::{Batch, LedgerReply, LedgerRequest, Salt};
use crate::store::ports::{Edge, Ledger, StoreError};

/// How long the flusher waits for more clicks, in milliseconds.
const DELAY_MILLIS: u32 = 1_000;

/// The pauses before a batch is sent again, in milliseconds. The runtime ends background work after 30 seconds.
const PAUSES: [u32; 4] = [500, 2_000, 6_000, 12_000];

/// Carries out `task`.
pub(crate) async fn flush<E: Edge>(edge: &E, isolate: &Isolate, shards: &ShardNames, task: FlushTask, request_id: &str) {
    let Some(ledger) = edge.ledger() else { return };
    let full = match task {
        FlushTask::Now(full) => full,
        FlushTask::Delayed => {
            edge.wait(DELAY_MILLIS).await;
            isolate.clicks(ClickBuffer::take_delayed)
        }
    };
    let sent_at = edge.now();
    let numbered = isolate.clicks(|buffer| buffer.next_sequence(|| id_source::random_96(edge)));
    let (sender, sequence) = match numbered {
        Ok(numbered) => numbered,
        Err(error) => {
            isolate.clicks(ClickBuffer::count_dropped);
            return log_lost(edge, request_id, "clicks were not counted", &StoreError::Unavailable(error.0));
        }
    };
    load_salts(edge, ledger, isolate, shards, &full, request_id).await;
    for (shard, batch) in isolate.clicks(|buffer| batches(buffer, shards, full, sent_at)) {
        let request = LedgerRequest::Merge { sender: sender.clone(), sequence, sent_at, batch };
        if let Err(error) = send(edge, ledger, &shard, &request).await {
            isolate.clicks(ClickBuffer::count_dropped);
            log_lost(edge, request_id, "a batch of clicks was not counted", &error);
        }
    }
}

/// Sends a batch until it is acknowledged or refused.
async fn send<E: Edge>(edge: &E, ledger: &impl Ledger, shard: &str, request: &LedgerRequest) -> Result<(), StoreError> {
    let text = request.encode()?;
    let mut pauses = PAUSES.into_iter();
    loop {
        let reply = ledger.call(shard, text.clone()).await.and_then(|reply| LedgerReply::decode(&reply));
        match (reply, pauses.next()) {
            (Ok(LedgerReply::Refused), _) => {
                return Err(StoreError::Unavailable("the ledger refused it, because its time of sending is too old".into()));
            }
            (Ok(_), _) => return Ok(()),
            (Err(_), Some(pause)) => edge.wait(pause).await,
            (Err(error), None) => return Err(error),
        }
    }
}

/// Reads the salts of the days of these clicks, unless the isolate has them.
async fn load_salts<E: Edge>(edge: &E, ledger: &impl Ledger, isolate: &Isolate, shards: &ShardNames, full: &FullBuffer, request_id: &str) {
    let mut days: Vec<Day> = full.clicks.iter().map(|click| Day::of(click.at)).collect();
    days.dedup();
    for day in days {
        if isolate.clicks(|buffer| buffer.salt(day).is_some()) {
            continue;
        }
        match ledger.salt(&Salt::name(day)).await.and_then(|salt| salt.map(|salt| Salt::decode(&salt)).transpose()) {
            Ok(Some(salt)) => isolate.clicks(|buffer| buffer.keep_salt(day, salt)),
            Ok(None) if isolate.clicks(|buffer| buffer.asks_for_salts(edge.now())) => {
                let asked = match LedgerRequest::MakeSalts.encode() {
                    Ok(request) => ledger.call(&shards.first(), request).await.map(drop),
                    Err(error) => Err(error),
                };
                if let Err(error) = asked {
                    log_lost(edge, request_id, "the salts of unique visitors were not made", &error);
                }
            }
            Ok(None) => {}
            Err(error) => log_lost(edge, request_id, "clicks were counted without unique visitors", &error),
        }
    }
}

/// The batch of each shard.
fn batches(buffer: &mut ClickBuffer, shards: &ShardNames, full: FullBuffer, now: Timestamp) -> BTreeMap<String, Batch> {
    let mut batches = BTreeMap::<String, Batch>::new();
    for click in full.clicks {
        let salt = buffer.salt(Day::of(click.at)).filter(|salt| salt.is_usable(now));
        let event = click.into_event(salt.map(|salt| &salt.bytes));
        batches.entry(shards.current(event.link.as_str())).or_default().events.push(event);
    }
    for failed in full.failed {
        batches.entry(shards.current(&failed.domain)).or_default().failed.push(failed);
    }
    if full.dropped > 0 {
        batches.entry(shards.first()).or_default().dropped = full.dropped;
    }
    batches
}
