//! The HTTP server of the memory edge: one thread and one request for each connection.

mod assets;
mod edge;
mod http1;
mod other_site;

use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use hop_core::{App, Head, Request, body_limit};

pub use edge::ServerEdge;
use http1::{Incoming, Unreadable};
pub use other_site::{OtherSite, ReceivedRequest};

/// How long open connections may take to end.
const TIMEOUT: Duration = Duration::from_secs(10);

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
    /// When the address is in use.
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

    /// The log so far.
    pub fn output(&self) -> String {
        self.shared.edge.log_text()
    }

    /// The name and the bytes of every record and every cached link.
    pub fn stored(&self) -> Vec<(String, Vec<u8>)> {
        self.shared.edge.stored()
    }

    /// Accepts no more connections and waits for open ones, so that the log and the store are complete.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The listener sees the flag at its next connection.
        let _ = TcpStream::connect(self.address);
        let deadline = Instant::now() + TIMEOUT;
        while Arc::strong_count(&self.shared) > 1 && Instant::now() < deadline {
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
        let (response, background) = block_on(self.app.handle(&self.edge, request));
        http1::write(&stream, &response);
        // The visitor has the whole response before the background work begins.
        let _ = stream.shutdown(Shutdown::Write);
        http1::drain(&stream);
        drop(stream);
        block_on(self.app.finish(&self.edge, background));
    }
}

/// Runs a future to its end. Whenever it is pending, other threads run, so concurrent requests interleave.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::yield_now(),
        }
    }
}
