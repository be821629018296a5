//! A replayable scheduler: the client that runs next is drawn from a seed.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use hop_core::memory::Random;

/// A limit on polls that no test reaches unless a future never ends.
const MAX_POLLS: usize = 100_000;

pub(crate) type Client<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Polls one future until it is ready.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..MAX_POLLS {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("this future never ends");
}

/// A counter of the turns given to clients, from which they know the order of events.
#[derive(Default)]
pub(crate) struct Turns(Cell<usize>);

impl Turns {
    pub(crate) fn now(&self) -> usize {
        self.0.get()
    }

    /// Polls all clients until they are ready, one turn at a time, in an order drawn from `random`. Calls `watch` after
    /// every turn. The outputs have the clients' order.
    pub(crate) fn interleave<T>(&self, random: &mut Random, clients: Vec<Client<'_, T>>, mut watch: impl FnMut()) -> Vec<T> {
        let mut outputs: Vec<Option<T>> = clients.iter().map(|_| None).collect();
        let mut waiting: Vec<(usize, Client<'_, T>)> = clients.into_iter().enumerate().collect();
        while !waiting.is_empty() {
            assert!(self.0.get() < MAX_POLLS, "these clients never end");
            self.0.set(self.0.get() + 1);
            let turn = random.below(waiting.len());
            let (number, client) = &mut waiting[turn];
            if let Poll::Ready(output) = client.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                outputs[*number] = Some(output);
                drop(waiting.swap_remove(turn));
            }
            watch();
        }
        outputs.into_iter().flatten().collect()
    }
}
