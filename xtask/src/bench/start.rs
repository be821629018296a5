//! `bench start`: start-up. The time to load a Worker, of the first request to a new process, and of a new instance of
//! the Compute module.
//!
//! workerd loads a Worker before the first request: it reads the configuration, compiles and instantiates the module
//! and runs the global scope. The benchmark prints the processor time of that. It sends the first request
//! (`GET /health`) when workerd is idle again; the second request follows a link. V8 compiles functions on their first
//! call, so both cost more than later requests.
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::bench::viceroy::{self, Modules};
use crate::bench::workerd::Runtime;
use crate::failure::{Failure, Outcome, While};
use crate::project::Project;
use crate::setup;

const TURNS: usize = 10;
/// The limit of hop's first response, as a multiple of the empty Worker's.
const BAR: f64 = 7.0;
const TIMEOUT: Duration = Duration::from_secs(30);
/// How many requests to each Compute module are timed, after `WARM_UP` others.
const INSTANCES: usize = 100;
const WARM_UP: usize = 10;

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
    viceroy::provide(project)?;
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
    let modules = Modules::prepare(project)?;
    let hop = modules.start(project, &modules.hop)?;
    let empty = modules.start(project, &modules.empty)?;
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
}
