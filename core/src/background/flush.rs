//! Sending clicks to the ledger, in background work.

use std::collections::{BTreeMap, BTreeSet};

use crate::isolate::Isolate;
use crate::log::log_lost;
use crate::model::ledger_shards::ShardNames;
use crate::model::stats::Day;
use crate::stats::{ClickBuffer, FlushTask, TakenClicks};
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
    if full.is_empty() {
        return;
    }
    let sent_at = edge.now();
    let numbered = isolate.clicks(|buffer| buffer.next_sequence(|| id_source::random_96(edge)));
    let (sender, sequence) = match numbered {
        Ok(numbered) => numbered,
        Err(error) => {
            isolate.clicks(|buffer| buffer.count_dropped(full.dropped.saturating_add(1)));
            return log_lost(edge, request_id, "clicks were not counted", &StoreError::Unavailable(error.0));
        }
    };
    load_salts(edge, ledger, isolate, shards, &full, request_id).await;
    let mut outgoing = Vec::new();
    for (shard, batch) in isolate.clicks(|buffer| batches(buffer, shards, full)) {
        let reported = batch.dropped;
        let request = LedgerRequest::Merge { sender: sender.clone(), sequence, sent_at, batch }.encode();
        outgoing.push(Outgoing { shard, request, reported });
    }
    for (outgoing, error) in send_all(edge, ledger, outgoing).await {
        isolate.clicks(|buffer| buffer.count_dropped(outgoing.reported.saturating_add(1)));
        log_lost(edge, request_id, "a batch of clicks was not counted", &error);
    }
}

/// A batch on its way to its shard.
struct Outgoing {
    shard: String,
    request: Result<String, StoreError>,
    /// How many dropped batches it reports.
    reported: u64,
}

/// Sends each batch until it is acknowledged or refused. Returns those that were given up. The pauses are shared, so
/// that a shard that is down does not delay the others.
async fn send_all<E: Edge>(edge: &E, ledger: &impl Ledger, outgoing: Vec<Outgoing>) -> Vec<(Outgoing, StoreError)> {
    let (mut outgoing, mut given_up) = (outgoing, Vec::new());
    let mut pauses = PAUSES.into_iter();
    loop {
        let mut failed = Vec::new();
        for batch in outgoing {
            match send(ledger, &batch).await {
                Ok(true) => {}
                Ok(false) => given_up.push((batch, StoreError::Unavailable("the ledger refused it as too old".into()))),
                Err(error) => failed.push((batch, error)),
            }
        }
        match pauses.next() {
            Some(pause) if !failed.is_empty() => edge.wait(pause).await,
            _ => {
                given_up.append(&mut failed);
                return given_up;
            }
        }
        outgoing = failed.into_iter().map(|(batch, _)| batch).collect();
    }
}

/// Sends a batch once. False if it was refused.
async fn send(ledger: &impl Ledger, batch: &Outgoing) -> Result<bool, StoreError> {
    let reply = ledger.call(&batch.shard, batch.request.clone()?).await?;
    Ok(LedgerReply::decode(&reply)? != LedgerReply::Refused)
}

/// Reads the salts of the days of these clicks, unless the isolate has them. A salt that is too new is not kept: it may
/// not be the one that other isolates see.
async fn load_salts<E: Edge>(edge: &E, ledger: &impl Ledger, isolate: &Isolate, shards: &ShardNames, full: &TakenClicks, request_id: &str) {
    let days: BTreeSet<Day> = full.clicks.iter().map(|click| Day::of(click.at)).collect();
    let now = edge.now();
    for day in days {
        if !isolate.clicks(|buffer| buffer.needs_salt(day, now)) {
            continue;
        }
        match ledger.salt(&Salt::name(day)).await.and_then(|salt| salt.map(|salt| Salt::decode(&salt)).transpose()) {
            Ok(Some(salt)) if salt.is_usable(now) => isolate.clicks(|buffer| buffer.keep_salt(day, salt)),
            Ok(salt) => {
                isolate.clicks(|buffer| buffer.miss_salt(day, now));
                if salt.is_none()
                    && let Err(error) = ask_for_salts(ledger, shards).await
                {
                    log_lost(edge, request_id, "the salts of unique visitors were not made", &error);
                }
            }
            Err(error) => log_lost(edge, request_id, "clicks were counted without unique visitors", &error),
        }
    }
}

async fn ask_for_salts(ledger: &impl Ledger, shards: &ShardNames) -> Result<(), StoreError> {
    ledger.call(&shards.first(), LedgerRequest::MakeSalts.encode()?).await.map(drop)
}

/// The batch of each shard.
fn batches(buffer: &mut ClickBuffer, shards: &ShardNames, full: TakenClicks) -> BTreeMap<String, Batch> {
    let mut batches = BTreeMap::<String, Batch>::new();
    for click in full.clicks {
        let salt = buffer.salt(Day::of(click.at));
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

#[cfg(test)]
mod tests;
