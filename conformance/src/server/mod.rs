//! The memory edge behind a socket: one thread for each connection, one request for each connection.

mod edge;
mod elsewhere;
mod http1;

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hop_core::{App, Head, Request, body_limit};

pub use edge::ServerEdge;
pub use elsewhere::{Arrival, DomainRedirects};
use http1::{Incoming, Unreadable};

/// How long a connection may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server.
pub struct MemoryServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    app: App,
    edge: ServerEdge,
    stopped: AtomicBool,
}

impl MemoryServer {
    /// Listens on `address`, with settings and secrets from `read`.
    ///
    /// # Panics
    /// When the address is taken.
    pub fn start(address: SocketAddr, edge: ServerEdge, read: impl Fn(&str) -> Option<String>) -> Self {
        let listener = TcpListener::bind(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        let shared = Arc::new(Shared { app: App::new(&read, &read), edge, stopped: AtomicBool::new(false) });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&accepting)) else { continue };
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// What was logged.
    pub fn said(&self) -> String {
        self.shared.edge.log_text()
    }

    /// What is stored: the name and the bytes of every record and every copy.
    pub fn stored(&self) -> Vec<(String, Vec<u8>)> {
        self.shared.edge.stored()
    }

    /// Takes no more connections, and ends those there are: all that is to be logged and stored is then.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The listener waits for one more connection to see it.
        let _ = TcpStream::connect(self.address);
        let give_up = Instant::now() + PATIENCE;
        while Arc::strong_count(&self.shared) > 1 && Instant::now() < give_up {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Drop for MemoryServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        let mut incoming = match Incoming::read(&stream) {
            Ok(incoming) => incoming,
            Err(Unreadable) => return http1::refuse(&stream),
        };
        let (method, url) = (incoming.method.clone(), incoming.url.clone());
        let head = Head::new(&method, &url);
        let body = incoming.body(body_limit(&head));
        let request = Request { head, client: &incoming, body };
        let (response, after) = wait_for(self.app.handle(&self.edge, request));
        http1::write(&stream, &response);
        // The visitor goes here; what is left to do happens behind their back.
        let _ = stream.shutdown(Shutdown::Write);
        http1::drain(&stream);
        drop(stream);
        wait_for(self.app.finish(&self.edge, after));
    }
}

/// Runs a future to its end. Each time it has to wait, other threads go first: so the store's users interleave.
fn wait_for<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}
