//! How far it is, for whoever is watching: one line that is written over on a terminal, a line every tenth elsewhere.
use std::io::{IsTerminal, Write, stderr};

const WIDTH: u64 = 30;
const STEP: u64 = 10;

pub(super) struct Bar {
    out: Box<dyn Write>,
    terminal: bool,
    total: u64,
    told: u64,
    /// What stands in the line that is written over.
    line: String,
}

impl Bar {
    pub(super) fn on_stderr(total: u64) -> Self {
        Self::on(Box::new(stderr()), stderr().is_terminal(), total)
    }

    pub(super) fn on(out: Box<dyn Write>, terminal: bool, total: u64) -> Self {
        Self { out, terminal, total, told: 0, line: String::new() }
    }

    pub(super) fn at(&mut self, done: u64, counts: &str) {
        let percent = done.min(self.total).saturating_mul(100).checked_div(self.total).unwrap_or(100);
        if self.terminal {
            let filled = percent * WIDTH / 100;
            let bar: String = (0..WIDTH).map(|at| if at < filled { '█' } else { '░' }).collect();
            self.line = format!("{bar} {percent:>3} %  {counts}");
            self.write(&format!("\r{}\x1b[K", self.line));
        } else if percent / STEP > self.told / STEP {
            self.told = percent;
            self.write(&format!("{percent:>3} %  {counts}\n"));
        }
    }

    /// A line that stays.
    pub(super) fn say(&mut self, text: &str) {
        if self.terminal {
            self.write(&format!("\r\x1b[K{text}\n{}", self.line));
        } else {
            self.write(&format!("{text}\n"));
        }
    }

    /// Leaves the line that was written over.
    pub(super) fn end(&mut self) {
        if self.terminal && !self.line.is_empty() {
            self.line.clear();
            self.write("\n");
        }
    }

    fn write(&mut self, text: &str) {
        // Nobody may be watching any more; the import goes on.
        let _ = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn shown(terminal: bool) -> String {
        let out = Shared::default();
        let mut bar = Bar::on(Box::new(out.clone()), terminal, 200);
        for done in [10, 30, 38, 200] {
            bar.at(done, "x");
        }
        bar.say("hm");
        bar.end();
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn elsewhere_than_on_a_terminal_it_is_plain_lines() {
        assert_eq!(shown(false), " 15 %  x\n100 %  x\nhm\n");
    }

    #[test]
    fn on_a_terminal_one_line_is_written_over() {
        let shown = shown(true);
        assert_eq!(shown.matches('\r').count(), 5);
        assert!(shown.contains("\r\x1b[Khm\n██████████████████████████████ 100 %  x"), "{shown}");
    }
}
