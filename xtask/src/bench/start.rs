//! `bench start`: start-up. The time to load a Worker, of the first request to a new process, and of a new instance of
//! the Compute module.
//!
//! workerd loads a Worker before the first request: it reads the configuration, compiles and instantiates the module
//! and runs the global scope. The benchmark prints the processor time of that. It sends the first request
//! (`GET /health`) when workerd is idle again; the second request follows a link. V8 compiles functions on their first
//! call, so both cost more than later requests.
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::workerd::{self, Runtime};
use crate::edge::Edge;
use crate::failure::{Failure, Outcome, While};
use crate::group::Member;
use crate::project::Project;
use crate::setup::tools::Tool;
use crate::setup::{self, Need};
use crate::{bench, build, process};

const TURNS: usize = 10;
/// The limit of hop's first response, as a multiple of the empty Worker's.
const BAR: f64 = 7.0;
const TIMEOUT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);
/// How many requests to each Compute module are timed, after `WARM_UP` others.
const INSTANCES: usize = 100;
const WARM_UP: usize = 10;

/// The smallest module that Viceroy runs: `(module (memory (export "memory") 1) (func (export "_start")))`.
const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x05\x03\x01\0\x01\
    \x07\x13\x02\x06memory\x02\0\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

/// A Worker that is started several times.
struct Worker {
    name: &'static str,
    /// The name of its constant in the workerd configuration.
    config: &'static str,
    /// The status of its first response.
    status: &'static str,
    starts: Vec<Start>,
}

/// The times of one new workerd process.
#[derive(Clone, Copy)]
struct Start {
    /// Processor time from the start of the process until it is idle.
    loading: Duration,
    /// From sending the first request to the end of its response, by the clock.
    answer: Duration,
    /// The processor time of the first request.
    answer_processor: Duration,
    /// The processor time of the second request, the first visit of a link.
    redirect_processor: Duration,
}

/// Measures all Workers, prints their times and returns whether hop's first response is within the limit.
pub(super) fn measure(project: &Project) -> Outcome<bool> {
    setup::provide(project, setup::BUILD_CLOUDFLARE)?;
    setup::provide(project, &[setup::BUILD_FASTLY, &[Need::Tool(Tool::Viceroy)]].concat())?;
    let runtime = Runtime::prepare(project)?;
    let mut workers = [
        Worker { name: "hop", config: "hopAlone", status: "200", starts: Vec::new() },
        Worker { name: "empty Worker in Rust", config: "emptyAlone", status: "302", starts: Vec::new() },
        Worker { name: "JavaScript", config: "redirectAlone", status: "302", starts: Vec::new() },
    ];
    println!("Starting workerd {TURNS} times for each of {}…", workers.len());
    for _ in 0..TURNS {
        for worker in &mut workers {
            worker.starts.push(start(project, &runtime, worker)?);
        }
    }
    let passed = judge(&workers);
    show_instances(project)?;
    Ok(passed)
}

fn start(project: &Project, runtime: &Runtime, worker: &Worker) -> Outcome<Start> {
    let mut workerd = runtime.start(project, worker.config, ["alone"])?;
    workerd.wait_until_idle()?;
    let loading = workerd.processor_time()?;
    let [port] = workerd.ports;
    let answer = time_answer(port, "/health", worker.status)?;
    let answered = workerd.processor_time()?;
    time_answer(port, "/link-0", "302")?;
    let answer_processor = answered.saturating_sub(loading);
    let redirect_processor = workerd.processor_time()?.saturating_sub(answered);
    Ok(Start { loading, answer, answer_processor, redirect_processor })
}

/// Sends one request on a connection that is already open, and returns the time until its response is complete.
fn time_answer(port: u16, path: &str, status: &str) -> Outcome<Duration> {
    let action = "waiting for the first response";
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).doing(action)?;
    stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(TIMEOUT))).doing(action)?;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: hop.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0\r\n\
         Accept: text/html\r\nAccept-Language: de,en-US;q=0.7,en;q=0.3\r\nConnection: close\r\n\r\n"
    );
    let begun = Instant::now();
    stream.write_all(request.as_bytes()).doing(action)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).doing(action)?;
    let took = begun.elapsed();
    if answer.starts_with(format!("HTTP/1.1 {status}").as_bytes()) {
        return Ok(took);
    }
    Err(Failure::new(format!("the response does not have the status {status}: {}", String::from_utf8_lossy(&answer))))
}

fn judge(workers: &[Worker; 3]) -> bool {
    let of = |worker: &Worker, part: fn(&Start) -> Duration| median(worker.starts.iter().map(part).map(millis).collect());
    println!("{:<24} {:>14} {:>14} {:>14} {:>14}", "ms, median", "loading", "first response", "first response", "first redirect");
    println!("{:<24} {:>14} {:>14} {:>14} {:>14}", "", "processor", "processor", "by clock", "processor");
    for worker in workers {
        let [loading, answer, redirect] =
            [|start: &Start| start.loading, |start: &Start| start.answer_processor, |start: &Start| start.redirect_processor]
                .map(|part| of(worker, part));
        let clock = of(worker, |start| start.answer);
        println!("{:<24} {loading:>14.1} {answer:>14.2} {clock:>14.2} {redirect:>14.2}", worker.name);
    }
    let [hop, empty, _] = workers;
    let ratio = of(hop, |start| start.answer_processor) / of(empty, |start| start.answer_processor);
    let passed = ratio <= BAR;
    println!("hop's first response takes {ratio:.1} times the processor time of the empty Worker's (limit: {BAR:.0} times).");
    passed
}

/// Compares responses of new instances of hop with those of an empty module. Viceroy compiles a module once, when it
/// starts, as Fastly does when a version is activated, and instantiates it for each request.
fn show_instances(project: &Project) -> Outcome<()> {
    let module = match std::env::var_os(bench::COMPUTE_MODULE) {
        Some(module) => PathBuf::from(module),
        None => {
            build::module(project, Edge::Fastly)?;
            project.deployed_module(Edge::Fastly)
        }
    };
    let empty = project.bench_directory().join("empty.wasm");
    fs::write(&empty, EMPTY_MODULE).doing(format_args!("writing {}", empty.display()))?;
    let hop = Viceroy::start(project, &module)?;
    let empty = Viceroy::start(project, &empty)?;
    let (mut of_hop, mut of_empty) = (Vec::new(), Vec::new());
    for turn in 0..WARM_UP + INSTANCES {
        let (hop, empty) = (time_answer(hop.port, "/health", "200")?, time_answer(empty.port, "/health", "200")?);
        if turn >= WARM_UP {
            of_hop.push(millis(hop));
            of_empty.push(millis(empty));
        }
    }
    let (hop, empty) = (median(of_hop), median(of_empty));
    println!("Compute: a new instance responds to GET /health in {hop:.2} ms, one of an empty module in {empty:.2} ms:");
    println!("instantiation under Wasmtime and the work on that request take {:.2} ms.", hop - empty);
    Ok(())
}

/// A running Viceroy. Dropping it ends the process.
struct Viceroy {
    port: u16,
    /// Ends the process when dropped.
    _member: Member,
}

impl Viceroy {
    /// Starts Viceroy and waits until it accepts connections, which is after it has compiled the module.
    fn start(project: &Project, module: &Path) -> Outcome<Self> {
        let [port] = workerd::free_ports()?;
        let mut viceroy = project.system_command(&Tool::Viceroy.program(project).display().to_string());
        viceroy.arg("-C").arg(project.path("fastly.toml")).args(["--addr", &format!("{}:{port}", Ipv4Addr::LOCALHOST)]);
        viceroy.arg(module).env("HOP_ADMIN_KEY", "an-admin-key-that-is-not-used-here");
        viceroy.env("HOP_PEPPER", "a-pepper-for-measurements-of-hop-only");
        let mut member = process::start(&mut viceroy)?;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = member.has_ended().doing("watching Viceroy")? {
                return Err(Failure::new(format!("Viceroy ended unexpectedly ({status}); its last output is above")));
            }
            thread::sleep(PAUSE);
        }
        Ok(Self { port, _member: member })
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(answers: &[u64]) -> Worker {
        let start = |&answer| {
            let answer = Duration::from_millis(answer);
            Start { loading: Duration::ZERO, answer, answer_processor: answer, redirect_processor: Duration::ZERO }
        };
        Worker { name: "", config: "", status: "", starts: answers.iter().map(start).collect() }
    }

    #[test]
    fn median_start_decides() {
        let empty = || worker(&[1, 2, 900]);
        assert!(judge(&[worker(&[1, 14, 900]), empty(), empty()]));
        assert!(!judge(&[worker(&[14, 15, 15]), empty(), empty()]));
    }

    #[test]
    fn no_start_fails() {
        assert!(!judge(&[worker(&[]), worker(&[]), worker(&[])]));
    }

    #[test]
    fn empty_module_is_readable() {
        for payload in wasmparser::Parser::new(0).parse_all(EMPTY_MODULE) {
            payload.unwrap();
        }
    }
}
