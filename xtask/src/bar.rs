//! Progress bar: one line that is overwritten on a terminal, otherwise a line for every 10 %.
use std::io::{IsTerminal, Write, stderr};

const WIDTH: u64 = 30;
const STEP: u64 = 10;

pub(crate) struct Bar {
    out: Box<dyn Write>,
    terminal: bool,
    total: u64,
    /// The percentage of the last line that was printed.
    printed: u64,
    /// The current text of the overwritten line.
    line: String,
}

impl Bar {
    pub(crate) fn on_stderr(total: u64) -> Self {
        Self::on(Box::new(stderr()), stderr().is_terminal(), total)
    }

    pub(crate) fn on(out: Box<dyn Write>, terminal: bool, total: u64) -> Self {
        Self { out, terminal, total, printed: 0, line: String::new() }
    }

    pub(crate) fn update(&mut self, done: u64, counts: &str) {
        let percent = done.min(self.total).saturating_mul(100).checked_div(self.total).unwrap_or(100);
        if self.terminal {
            let filled = percent * WIDTH / 100;
            let bar: String = (0..WIDTH).map(|at| if at < filled { '█' } else { '░' }).collect();
            self.line = format!("{bar} {percent:>3} %  {counts}");
            self.write(&format!("\r{}\x1b[K", self.line));
        } else if percent / STEP > self.printed / STEP {
            self.printed = percent;
            self.write(&format!("{percent:>3} %  {counts}\n"));
        }
    }

    /// Prints a message above the bar.
    pub(crate) fn print(&mut self, text: &str) {
        if self.terminal {
            self.write(&format!("\r\x1b[K{text}\n{}", self.line));
        } else {
            self.write(&format!("{text}\n"));
        }
    }

    /// Ends the overwritten line.
    pub(crate) fn end(&mut self) {
        if self.terminal && !self.line.is_empty() {
            self.line.clear();
            self.write("\n");
        }
    }

    fn write(&mut self, text: &str) {
        // The terminal may be closed; the work continues.
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

    fn printed(terminal: bool) -> String {
        let out = Shared::default();
        let mut bar = Bar::on(Box::new(out.clone()), terminal, 200);
        for done in [10, 30, 38, 200] {
            bar.update(done, "x");
        }
        bar.print("hm");
        bar.end();
        String::from_utf8(out.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn without_terminal_it_prints_plain_lines() {
        assert_eq!(printed(false), " 15 %  x\n100 %  x\nhm\n");
    }

    #[test]
    fn on_a_terminal_it_overwrites_one_line() {
        let text = printed(true);
        assert_eq!(text.matches('\r').count(), 5);
        assert!(text.contains("\r\x1b[Khm\n██████████████████████████████ 100 %  x"), "{text}");
    }
}
