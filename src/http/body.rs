//! The body of an answer, read within limits of size, of time and of memory.

use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use crate::{
    call::Call,
    error::Failure,
    memory::{is_spare, make_room},
    platform::{Body, Duration, Platform, Response, SendError},
    response,
};

/// The largest answer that is taken, in bytes.
const LARGEST_ANSWER: usize = 8 << 20;
/// How much is read of an answer that is a refusal, in bytes.
const LARGEST_REFUSAL: usize = 16 << 10;
/// How much memory is taken on the word of `Content-Length` alone, in bytes.
const BELIEVED: usize = 1 << 20;
/// What the next piece, and whatever else a call needs beside a body, may take, in bytes.
const ELBOW_ROOM: usize = 64 << 10;

impl<H: Platform> Call<'_, H> {
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
            return Err(response::malformed("it is larger than 8 MiB"));
        }
        let mut whole = Zeroizing::new(Vec::new());
        let mut fits = make_room(&mut whole, announced.min(most).min(BELIEVED));
        loop {
            if !fits {
                // Its memory is what the error needs.
                drop(whole);
                return Err(response::malformed(response::NO_MEMORY));
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
                        return Err(response::malformed("it is larger than 8 MiB"));
                    }
                    if is_over {
                        return Ok(whole);
                    }
                }
                Some(Ok(None)) => return Ok(whole),
                // Whoever began to answer has received the request.
                Some(Err(error)) => {
                    return Err(Failure::from(SendError {
                        possibly_received: true,
                        ..error
                    }));
                }
                None => return Err(self.timed_out("while the answer arrived", true)),
            }
        }
    }
}
