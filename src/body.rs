//! The body of an answer, read within limits of size, of time and of memory.

use alloc::vec::Vec;
use core::hint::black_box;

use zeroize::{Zeroize, Zeroizing};

use crate::{
    answer,
    call::Call,
    error::Failure,
    host::{Body, Duration, Host, Response, SendError},
};

/// The largest answer that is taken, in bytes.
const LARGEST_ANSWER: usize = 8 << 20;
/// How much is read of an answer that is a refusal, in bytes.
const LARGEST_REFUSAL: usize = 16 << 10;
/// What the next piece, and whatever else a call needs beside a body, may take, in bytes.
const ELBOW_ROOM: usize = 256 << 10;
/// From this size on an answer is only read as JSON when there is memory for the worst that it can hold, in bytes.
const LARGE: usize = 512 << 10;

impl<H: Host> Call<'_, H> {
    /// Reads a body. One of a refusal is cut at its limit; any other that is over a limit is refused.
    pub async fn read(
        &self,
        response: &mut Response<H::Body>,
        between_bytes: Duration,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let is_refusal = response.status != 200;
        let most = if is_refusal {
            LARGEST_REFUSAL
        } else {
            LARGEST_ANSWER
        };
        let announced = usize::try_from(response.content_length.unwrap_or(0)).unwrap_or(usize::MAX);
        if announced > most && !is_refusal {
            return Err(answer::malformed("it is larger than 8 MiB"));
        }
        let mut whole = Zeroizing::new(Vec::new());
        let mut fits = make_room(&mut whole, announced.min(most));
        loop {
            if !fits {
                // Its memory is what the error needs.
                drop(whole);
                return Err(answer::malformed("there is no memory for it"));
            }
            match self.within(between_bytes, response.body.next()).await {
                Some(Ok(Some(mut piece))) => {
                    let left = most.saturating_sub(whole.len());
                    let is_over = piece.len() > left;
                    if !is_over || is_refusal {
                        let fitting = piece.get(..left).unwrap_or(&piece);
                        fits = make_room(&mut whole, fitting.len()) && is_spare(ELBOW_ROOM);
                        if fits {
                            whole.extend_from_slice(fitting);
                        }
                    }
                    piece.zeroize();
                    if is_over && !is_refusal {
                        return Err(answer::malformed("it is larger than 8 MiB"));
                    }
                    if is_over {
                        return Ok(whole);
                    }
                }
                Some(Ok(None)) => {
                    // Its texts once more, and what is needed to unescape the longest of them.
                    let worst = whole.len().saturating_mul(3).saturating_add(LARGE);
                    if whole.len() <= LARGE || is_spare(worst) {
                        return Ok(whole);
                    }
                    fits = false;
                }
                // Whoever began to answer has received the request.
                Some(Err(error)) => {
                    return Err(Failure::from(SendError {
                        reached: true,
                        ..error
                    }));
                }
                None => return Err(self.timed_out("while the answer arrived", true)),
            }
        }
    }
}

/// Makes room for so many bytes more, if there is memory for it. What is outgrown is zeroed.
fn make_room(buffer: &mut Zeroizing<Vec<u8>>, more: usize) -> bool {
    let needed = buffer.len().saturating_add(more);
    if needed <= buffer.capacity() {
        return true;
    }
    let mut larger = Vec::new();
    let amortized = needed.max(buffer.capacity().saturating_mul(2));
    if larger.try_reserve_exact(amortized).is_err() {
        return false;
    }
    larger.extend_from_slice(buffer);
    *buffer = Zeroizing::new(larger);
    true
}

/// Whether so much memory could be had. It is given back at once: a component that runs out of it traps.
fn is_spare(bytes: usize) -> bool {
    let mut probe = Vec::<u8>::new();
    let is_spare = probe.try_reserve_exact(bytes).is_ok();
    // Else the compiler may see that nothing is done with it, and take it for granted.
    black_box(&mut probe);
    is_spare
}
