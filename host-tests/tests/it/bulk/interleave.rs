//! Being in the middle of a call, without waiting for a moment that may not come.

use std::pin::pin;

/// What a call comes to while something else goes on, which must end before the call does.
pub async fn meanwhile<T>(call: impl Future<Output = T>, other: impl Future<Output = ()>) -> T {
    let mut call = pin!(call);
    tokio::select! {
        _ = &mut call => panic!("the call ended before what was to go on meanwhile"),
        () = other => {}
    }
    call.await
}
