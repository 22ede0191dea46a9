//! Actions of a test in the middle of a call.

use std::{
    pin::pin,
    sync::{Mutex, PoisonError},
};

use host::{RequestEnd, RequestRecord};
use tokio::task::yield_now;

/// Polls a call together with an action until the action ends, then finishes the call.
///
/// Panics if the call ends before the action.
pub(super) async fn interleave<T>(
    call: impl Future<Output = T>,
    action: impl Future<Output = ()>,
) -> T {
    let mut call = pin!(call);
    tokio::select! {
        _ = &mut call => panic!("the call ended before the action"),
        () = action => {}
    }
    call.await
}

/// Number of turns of the event loop in which a client that has a response's head reads its body, which arrived with it.
const TURNS: usize = 100;

/// Waits until the client has read a response with this status, in full.
pub(super) async fn response_read(records: &Mutex<Vec<RequestRecord>>, status: u16) {
    let is_there = || {
        let records = records.lock().unwrap_or_else(PoisonError::into_inner);
        records
            .iter()
            .any(|record| record.end == RequestEnd::Status(status))
    };
    while !is_there() {
        yield_now().await;
    }
    for _ in 0..TURNS {
        yield_now().await;
    }
}
