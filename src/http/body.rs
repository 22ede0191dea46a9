//! Reads the body of a response within limits of size, time and memory.

use crate::{
    call_context::CallContext,
    failure::Failure,
    memory::{can_allocate, reserve},
    platform::{Body, Duration, Instant, MAX_PIECE, Platform, Response, SendError},
    response,
    secret::SecretBytes,
};

/// Maximum size of a body with status 200, in bytes.
const MAX_BODY: usize = 8 << 20;
/// Maximum size that is read of any other body, in bytes.
const MAX_ERROR_BODY: usize = 16 << 10;
/// Maximum size that is reserved because of `Content-Length` alone, in bytes.
const MAX_RESERVED: usize = 1 << 20;
/// Memory that must stay free for the next piece and the rest of the call, in bytes. Bodies that are read at the same time share it: each
/// leaves as much when it grows, so that a piece of another one finds room.
const MIN_FREE: usize = MAX_PIECE + (8 << 10);

/// Reads a body. With status 200 a larger one than allowed is a failure; any other body is cut.
pub(super) async fn read<P: Platform>(
    context: &CallContext<'_, P>,
    response: &mut Response<P::Body>,
    between_bytes: Duration,
    deadline: Instant,
) -> Result<SecretBytes, Failure> {
    let is_error = response.status != 200;
    let max = if is_error { MAX_ERROR_BODY } else { MAX_BODY };
    let announced = response
        .content_length
        .map(|size| usize::try_from(size).unwrap_or(usize::MAX));
    if announced.is_some_and(|size| size > max) && !is_error {
        return Err(response::malformed("it is larger than 8 MiB"));
    }
    let mut body = SecretBytes::default();
    let mut fits = reserve(&mut body, announced.unwrap_or(0).min(max).min(MAX_RESERVED));
    loop {
        // Once all that was announced is there, only the end is to come.
        fits &= announced == Some(body.len()) || can_allocate(MIN_FREE);
        if !fits {
            // The error needs the memory.
            drop(body);
            return Err(response::malformed(response::NO_MEMORY));
        }
        match context
            .within(between_bytes, deadline, response.body.next())
            .await
        {
            Some(Ok(Some(piece))) => {
                let left = max.saturating_sub(body.len());
                let is_over = piece.len() > left;
                if !is_over || is_error {
                    let fitting = piece.get(..left).unwrap_or(&piece);
                    fits = reserve(&mut body, fitting.len());
                    if fits {
                        body.extend_from_slice(fitting);
                    }
                }
                drop(SecretBytes::new(piece));
                if is_over && !is_error {
                    return Err(response::malformed("it is larger than 8 MiB"));
                }
                if is_over {
                    return Ok(body);
                }
            }
            Some(Ok(None)) => return Ok(body),
            // A server that began to respond has received the request.
            Some(Err(error)) => {
                return Err(Failure::from(SendError {
                    is_possibly_received: true,
                    ..error
                }));
            }
            None => {
                let mut failure = context.timed_out(deadline, "while reading the response");
                failure.is_possibly_processed = true;
                return Err(failure);
            }
        }
    }
}
