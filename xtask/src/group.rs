//! Process group of all child processes: none of them outlives this program.
//!
//! The leader of the group is a guard, a shell that waits on a pipe from this program. However this program ends, even
//! by SIGKILL, the pipe closes, and the guard ends the group. The terminal's Ctrl-C reaches only this program, which
//! forwards it to the group.
//!
//! On Linux this program is also the subreaper of its descendants, so that it can wait for orphans.
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio, exit};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use crate::failure::{Failure, Outcome, While};

/// The guard's script. A line on the pipe means a normal end: SIGTERM for the remaining processes is enough.
const GUARD: &str = "trap '' INT HUP TERM; read -r end; kill -TERM 0; [ \"$end\" ] || { sleep 2; kill -KILL 0; }";
/// How long children may take to end after SIGINT.
const PATIENCE: Duration = Duration::from_secs(5);
/// The exit code that shells use for a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

static GROUP: OnceLock<i32> = OnceLock::new();
static RUNNING: AtomicUsize = AtomicUsize::new(0);
static ENDING: AtomicBool = AtomicBool::new(false);

/// The open process group. Dropping it ends all processes in it.
pub(crate) struct Group {
    guard: Child,
}

impl Group {
    pub(crate) fn open() -> Outcome<Self> {
        adopt_orphans();
        let guard = Command::new("sh").args(["-c", GUARD]).stdin(Stdio::piped()).process_group(0).spawn().doing("starting sh")?;
        let leader = i32::try_from(guard.id()).map_err(|_| Failure::new("process ids are too large"))?;
        if GROUP.set(leader).is_err() {
            return Err(Failure::new("the process group was already opened"));
        }
        ctrlc::set_handler(end_everything).map_err(|error| Failure::new(format!("cannot watch for Ctrl-C: {error}")))?;
        Ok(Self { guard })
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.guard.stdin.take() {
            // This fails only if the guard has ended already.
            let _ = pipe.write_all(b"ended\n");
        }
        let _ = self.guard.wait();
        reap();
    }
}

/// A child process in the group. Dropping it kills the process.
pub(crate) struct Member {
    child: Child,
    ended: bool,
}

impl Member {
    /// Starts a program without standard input: a background process group may not read from the terminal.
    pub(crate) fn start(command: &mut Command) -> std::io::Result<Self> {
        if let Some(leader) = GROUP.get() {
            command.process_group(*leader);
        }
        let child = command.stdin(Stdio::null()).spawn()?;
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Ok(Self { child, ended: false })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn output(&mut self) -> Option<std::process::ChildStdout> {
        self.child.stdout.take()
    }

    pub(crate) fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait();
        self.mark_ended();
        status
    }

    pub(crate) fn has_ended(&mut self) -> std::io::Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_some() {
            self.mark_ended();
        }
        Ok(status)
    }

    /// Asks the process to end, and waits until it has ended.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        if let Ok(id) = i32::try_from(self.id()) {
            // This fails only if the process has ended already.
            let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
        }
        self.wait().doing("waiting for the end of a program").map(drop)
    }

    fn mark_ended(&mut self) {
        if !self.ended {
            self.ended = true;
            RUNNING.fetch_sub(1, Ordering::SeqCst);
        }
        // The Ctrl-C handler is about to exit; report no failure of a child in the meantime.
        while ENDING.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.child.kill();
            let _ = self.wait();
        }
    }
}

/// Handles Ctrl-C: sends SIGINT to the group, then SIGKILL.
fn end_everything() {
    ENDING.store(true, Ordering::SeqCst);
    signal(Signal::SIGINT);
    let deadline = Instant::now() + PATIENCE;
    while RUNNING.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    // Give the children's own children a moment too.
    thread::sleep(Duration::from_millis(200));
    signal(Signal::SIGKILL);
    reap();
    exit(INTERRUPTED);
}

fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    // If this fails, init adopts the orphans, as on other systems.
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Reaps ended children and orphans. Stops after a second, because one may have left the group and still run.
fn reap() {
    let deadline = Instant::now() + Duration::from_secs(1);
    while Instant::now() < deadline {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::StillAlive) => thread::sleep(Duration::from_millis(10)),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

fn signal(signal: Signal) {
    if let Some(leader) = GROUP.get() {
        // This fails only if the group has ended already.
        let _ = killpg(Pid::from_raw(*leader), signal);
    }
}
