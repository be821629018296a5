//! An import from its first link to its last: take a chunk, send it, write down what became of it, go on.
//!
//! A chunk is a function of the file, the options and the progress record alone. So a run that was killed sends the very chunk
//! it was killed over, with the same key, and the deployment knows it again.
use std::collections::VecDeque;
use std::path::Path;

use super::answer::Verdict;
use super::bar::Bar;
use super::fields::Lost;
use super::formats::Format;
use super::progress::{Job, Progress};
use super::report::{Refusal, Report, SHOWN};
use super::send::{LARGEST_BODY, MOST_LINES, Reply, Sender};
use super::source::{Item, Source};
use crate::failure::{Failure, Outcome};

pub(super) struct Run<'a> {
    file: &'a Path,
    source: Source,
    sender: &'a Sender,
    progress: Progress,
    report: Report,
    bar: &'a mut Bar,
    /// Entries that were read and are not dealt with.
    window: VecDeque<Item>,
    ended: bool,
    shown: u64,
}

impl<'a> Run<'a> {
    pub(super) fn open(file: &'a Path, format: Format, job: Job, sender: &'a Sender, bar: &'a mut Bar) -> Outcome<Self> {
        let source = Source::open(file, format, job.domain.is_none())?;
        let progress = Progress::load(file, job)?;
        let report = Report::open(file, progress.report_bytes)?;
        if progress.position > 0 {
            bar.say(&format!("Resuming after {} links.", progress.position));
        }
        Ok(Self { file, source, sender, progress, report, bar, window: VecDeque::new(), ended: false, shown: 0 })
    }

    pub(super) fn go(mut self) -> Outcome<Done> {
        self.progress.save(self.file)?;
        while self.step()? {}
        self.bar.at(u64::MAX, &self.progress.counts());
        self.bar.end();
        Progress::remove(self.file)?;
        Ok(Done { progress: self.progress, report: self.report, source: self.source })
    }

    /// Deals with one chunk. Answers whether there may be another.
    fn step(&mut self) -> Outcome<bool> {
        self.fill()?;
        let chunk = chunk(&self.window, self.progress.chunk);
        if chunk.is_empty() {
            self.settle(Vec::new())?;
            return Ok(!self.ended);
        }
        let place = format!("{}/{}/{}", self.progress.name, self.progress.job.file_sha256, self.progress.position);
        let bar = &mut *self.bar;
        let reply = self.sender.send(&chunk, &place, &mut |text| bar.say(text));
        match reply.map_err(|failure| self.keeping(failure))? {
            Reply::Taken(answer) => {
                let (taken, sent) = (answer.verdicts.len(), chunk.len());
                self.progress.chunk = if taken < sent { taken } else { self.progress.chunk.saturating_mul(2).min(MOST_LINES) };
                self.settle(answer.verdicts)?;
            }
            Reply::TooMuch if chunk.len() > 1 => {
                self.progress.chunk = chunk.len() / 2;
                self.progress.save(self.file)?;
            }
            Reply::TooMuch => {
                let line = self.window.iter().find(|item| item.link.is_ok()).map_or(0, |item| item.line);
                return Err(self.keeping(Failure::new(format!("the deployment does not accept line {line}, even alone"))));
            }
        }
        Ok(true)
    }

    /// Reads as much as a chunk can hold.
    fn fill(&mut self) -> Outcome<()> {
        let (mut lines, mut bytes) = (0_usize, 0_usize);
        for link in self.window.iter().filter_map(|item| item.link.as_ref().ok()) {
            lines += 1;
            bytes += link.len() + 1;
        }
        while !self.ended && lines < self.progress.chunk && bytes < LARGEST_BODY && self.window.len() < 4 * MOST_LINES {
            match self.source.next()? {
                None => self.ended = true,
                Some(item) if item.index < self.progress.position => {}
                Some(item) => {
                    if let Ok(link) = &item.link {
                        lines += 1;
                        bytes += link.len() + 1;
                    }
                    self.window.push_back(item);
                }
            }
        }
        Ok(())
    }

    /// Writes down what became of the first links, and of the entries among and after them that are none.
    fn settle(&mut self, verdicts: Vec<Verdict>) -> Outcome<()> {
        let mut verdicts = verdicts.into_iter();
        let mut end = None;
        while let Some(next) = self.window.front() {
            let verdict = if next.link.is_ok() { verdicts.next() } else { None };
            if next.link.is_ok() && verdict.is_none() {
                break;
            }
            let Some(item) = self.window.pop_front() else { break };
            match (&item.link, verdict) {
                (Ok(_), Some(Verdict::Made)) => self.progress.made += 1,
                (Ok(_), Some(Verdict::AlreadyThere)) => self.progress.already_there += 1,
                (Ok(link), Some(Verdict::Refused { code, reason } | Verdict::Failed { code, reason, .. })) => {
                    self.refuse(&item, &code, &reason, Some(link))?;
                }
                (Err(reason), _) => self.refuse(&item, "not_sent", reason, None)?,
                (Ok(_), None) => {}
            }
            self.progress.position = item.index + 1;
            end = Some(item.end);
        }
        self.progress.report_bytes = self.report.settled()?;
        self.progress.save(self.file)?;
        if let Some(end) = end {
            self.bar.at(end, &self.progress.counts());
        }
        Ok(())
    }

    fn refuse(&mut self, item: &Item, code: &str, reason: &str, link: Option<&str>) -> Outcome<()> {
        self.progress.refused += 1;
        self.shown += 1;
        let nth = if self.source.is_document() { format!(", link {}", item.index + 1) } else { String::new() };
        let named = item.alias.as_deref().map(|alias| format!(" ({alias})")).unwrap_or_default();
        match self.shown {
            ..=SHOWN => self.bar.say(&format!("line {}{nth}{named}: {reason}", item.line)),
            more if more == SHOWN + 1 => self.bar.say(&format!("… more rejected links are in {}", self.report.path().display())),
            _ => {}
        }
        self.report.add(&Refusal { line: item.line, nth: item.index + 1, alias: item.alias.as_deref(), code, reason, link })
    }

    fn keeping(&self, failure: Failure) -> Failure {
        let position = self.progress.position;
        failure.add_advice(&format!("{position} links of the file are processed. Run the same command again to continue after them."))
    }
}

/// The lines of the next chunk: so many, as far as a body holds them.
fn chunk(window: &VecDeque<Item>, most: usize) -> Vec<&str> {
    let mut bytes = 0;
    let lines = window.iter().filter_map(|item| item.link.as_deref().ok()).take(most);
    let fits = |line: &&str| {
        bytes += line.len() + 1;
        bytes <= LARGEST_BODY
    };
    lines.take_while(fits).collect()
}

impl Progress {
    fn counts(&self) -> String {
        let made = if self.job.dry_run { "would be created" } else { "created" };
        format!("{} {made}, {} already exist, {} rejected", self.made, self.already_there, self.refused)
    }
}

/// An import that is through.
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
        if self.progress.refused > 0 {
            text.push_str(&format!("Rejected links, with reasons: {}\n", self.report.path().display()));
        }
        text
    }
}
