//! Actions of a test in the middle of a call.

use std::pin::pin;

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
