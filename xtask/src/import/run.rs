//! The main loop of an import: read a chunk, send it, save the results, repeat.
//!
//! A chunk depends only on the file, the options and the progress file. A run that was killed therefore sends the same
//! chunk again with the same idempotency key, and the deployment recognises it.
use std::collections::VecDeque;
use std::path::Path;

use super::answer::Verdict;
use super::fields::Lost;
use super::formats::Format;
use super::progress::{Job, Progress};
use super::report::{PRINTED, Rejection, Report};
use super::send::{LARGEST_BODY, MAX_LINES, Reply, Sender};
use super::source::{Item, Source};
use crate::bar::Bar;
use crate::failure::{Failure, Outcome};

pub(super) struct Run<'a> {
    file: &'a Path,
    source: Source,
    sender: &'a Sender,
    progress: Progress,
    report: Report,
    bar: &'a mut Bar,
    /// Entries that were read but not processed yet.
    pending: VecDeque<Item>,
    ended: bool,
    /// How many rejected links were printed.
    printed: u64,
}

impl<'a> Run<'a> {
    pub(super) fn open(file: &'a Path, format: Format, job: Job, sender: &'a Sender, bar: &'a mut Bar) -> Outcome<Self> {
        let source = Source::open(file, format, job.domain.is_none())?;
        let progress = Progress::load(file, job)?;
        let report = Report::open(file, progress.report_bytes)?;
        if progress.position > 0 {
            bar.print(&format!("Resuming after {} links.", progress.position));
        }
        Ok(Self { file, source, sender, progress, report, bar, pending: VecDeque::new(), ended: false, printed: 0 })
    }

    pub(super) fn run(mut self) -> Outcome<Done> {
        self.progress.save(self.file)?;
        while self.step()? {}
        self.bar.update(u64::MAX, &self.progress.counts());
        self.bar.end();
        Progress::remove(self.file)?;
        Ok(Done { progress: self.progress, report: self.report, source: self.source })
    }

    /// Processes one chunk. Returns whether there may be another one.
    fn step(&mut self) -> Outcome<bool> {
        self.fill()?;
        let chunk = chunk(&self.pending, self.progress.chunk);
        if chunk.is_empty() {
            self.record(Vec::new())?;
            return Ok(!self.ended);
        }
        let place = format!("{}/{}/{}", self.progress.name, self.progress.job.file_sha256, self.progress.position);
        let bar = &mut *self.bar;
        let reply = self.sender.send(&chunk, &place, &mut |text| bar.print(text));
        match reply.map_err(|failure| self.add_resume_advice(failure))? {
            Reply::Processed(answer) => {
                let (processed, sent) = (answer.verdicts.len(), chunk.len());
                self.progress.chunk = if processed < sent { processed } else { self.progress.chunk.saturating_mul(2).min(MAX_LINES) };
                self.record(answer.verdicts)?;
            }
            Reply::TooLarge if chunk.len() > 1 => {
                self.progress.chunk = chunk.len() / 2;
                self.progress.save(self.file)?;
            }
            Reply::TooLarge => {
                let line = self.pending.iter().find(|item| item.link.is_ok()).map_or(0, |item| item.line);
                return Err(self.add_resume_advice(Failure::new(format!("the deployment does not accept line {line}, even alone"))));
            }
        }
        Ok(true)
    }

    /// Reads entries until they fill a chunk.
    fn fill(&mut self) -> Outcome<()> {
        let (mut lines, mut bytes) = (0_usize, 0_usize);
        for link in self.pending.iter().filter_map(|item| item.link.as_ref().ok()) {
            lines += 1;
            bytes += link.len() + 1;
        }
        while !self.ended && lines < self.progress.chunk && bytes < LARGEST_BODY && self.pending.len() < 4 * MAX_LINES {
            match self.source.next()? {
                None => self.ended = true,
                Some(item) if item.index < self.progress.position => {}
                Some(item) => {
                    if let Ok(link) = &item.link {
                        lines += 1;
                        bytes += link.len() + 1;
                    }
                    self.pending.push_back(item);
                }
            }
        }
        Ok(())
    }

    /// Saves the verdicts of the first links, and the errors of entries between and after them that cannot be sent.
    fn record(&mut self, verdicts: Vec<Verdict>) -> Outcome<()> {
        let mut verdicts = verdicts.into_iter();
        let mut end = None;
        while let Some(next) = self.pending.front() {
            let verdict = if next.link.is_ok() { verdicts.next() } else { None };
            if next.link.is_ok() && verdict.is_none() {
                break;
            }
            let Some(item) = self.pending.pop_front() else { break };
            match (&item.link, verdict) {
                (Ok(_), Some(Verdict::Created)) => self.progress.created += 1,
                (Ok(_), Some(Verdict::Existing)) => self.progress.existing += 1,
                (Ok(link), Some(Verdict::Rejected { code, reason } | Verdict::Failed { code, reason, .. })) => {
                    self.reject(&item, &code, &reason, Some(link))?;
                }
                (Err(reason), _) => self.reject(&item, "not_sent", reason, None)?,
                (Ok(_), None) => {}
            }
            self.progress.position = item.index + 1;
            end = Some(item.end);
        }
        self.progress.report_bytes = self.report.sync()?;
        self.progress.save(self.file)?;
        if let Some(end) = end {
            self.bar.update(end, &self.progress.counts());
        }
        Ok(())
    }

    fn reject(&mut self, item: &Item, code: &str, reason: &str, link: Option<&str>) -> Outcome<()> {
        self.progress.rejected += 1;
        self.printed += 1;
        let nth = if self.source.is_document() { format!(", link {}", item.index + 1) } else { String::new() };
        let named = item.alias.as_deref().map(|alias| format!(" ({alias})")).unwrap_or_default();
        match self.printed {
            ..=PRINTED => self.bar.print(&format!("line {}{nth}{named}: {reason}", item.line)),
            more if more == PRINTED + 1 => self.bar.print(&format!("… more rejected links are in {}", self.report.path().display())),
            _ => {}
        }
        self.report.add(&Rejection { line: item.line, nth: item.index + 1, alias: item.alias.as_deref(), code, reason, link })
    }

    fn add_resume_advice(&self, failure: Failure) -> Failure {
        let position = self.progress.position;
        failure.add_advice(&format!("{position} links of the file are processed. Run the same command again to continue after them."))
    }
}

/// The lines of the next chunk, at most `most` and at most `LARGEST_BODY` bytes.
fn chunk(pending: &VecDeque<Item>, most: usize) -> Vec<&str> {
    let mut bytes = 0;
    let lines = pending.iter().filter_map(|item| item.link.as_deref().ok()).take(most);
    let fits = |line: &&str| {
        bytes += line.len() + 1;
        bytes <= LARGEST_BODY
    };
    lines.take_while(fits).collect()
}

impl Progress {
    fn counts(&self) -> String {
        let created = if self.job.dry_run { "would be created" } else { "created" };
        format!("{} {created}, {} already existed, {} rejected", self.created, self.existing, self.rejected)
    }
}

/// A complete import.
pub(super) struct Done {
    progress: Progress,
    report: Report,
    source: Source,
}

impl Done {
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) fn lost(&self) -> &Lost {
        self.source.lost()
    }

    pub(super) fn summary(&self) -> String {
        let mut text = format!("{}\n{}", self.progress.counts(), self.lost());
        if self.progress.rejected > 0 {
            text.push_str(&format!("Rejected links, with reasons: {}\n", self.report.path().display()));
        }
        text
    }
}
