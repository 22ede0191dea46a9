//! Reads response bodies beside the component: while they pass, or ahead of it.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use tokio::time::{Instant, timeout_at};
use wasmtime_wasi_http::{Error, WasiBody};

/// Maximum size in bytes of a body that is read while it passes: the largest that the component accepts.
const MAX_TEE_BYTES: usize = 8 << 20;
/// Maximum size in bytes of a body that is read ahead.
const MAX_READ_AHEAD_BYTES: usize = 64 << 10;
/// Maximum time for which reading ahead delays the component.
const MAX_READ_AHEAD_WAIT: Duration = Duration::from_millis(250);

/// Passes a body on as it arrives, and calls `on_complete` with all of it before passing on its end. Does not call it for a
/// body that is too long or breaks off.
pub(super) fn tee(body: WasiBody, on_complete: impl FnOnce(&[u8]) + Send + 'static) -> WasiBody {
    let tee = TeeBody {
        body,
        copy: Vec::new(),
        on_complete: Some(Box::new(on_complete)),
    };
    tee.boxed_unsync()
}

/// Function called with a complete body.
type OnComplete = Box<dyn FnOnce(&[u8]) + Send>;

struct TeeBody {
    body: WasiBody,
    copy: Vec<u8>,
    /// None after the call, and for a body that is too long or broke off.
    on_complete: Option<OnComplete>,
}

impl Body for TeeBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        match &frame {
            Some(Ok(frame)) => {
                let data = frame.data_ref().map_or(&[][..], |data| &data[..]);
                if self.copy.len() + data.len() > MAX_TEE_BYTES {
                    self.on_complete = None;
                } else if self.on_complete.is_some() {
                    self.copy.extend_from_slice(data);
                }
            }
            Some(Err(_)) => self.on_complete = None,
            None => {}
        }
        // The reader may stop polling after the last frame.
        if (frame.is_none() || self.body.is_end_stream())
            && let Some(on_complete) = self.on_complete.take()
        {
            on_complete(&self.copy);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Reads a small body ahead. Returns its content, if all of it arrived in time, and a body that replays it from the start.
pub(super) async fn read_ahead(mut body: WasiBody) -> (Option<Vec<u8>>, WasiBody) {
    let deadline = Instant::now() + MAX_READ_AHEAD_WAIT;
    let mut read = Vec::new();
    let mut frames = VecDeque::new();
    let is_whole = loop {
        let Ok(frame) = timeout_at(deadline, body.frame()).await else {
            break false;
        };
        let Some(frame) = frame else {
            break true;
        };
        let data = frame.as_ref().ok().and_then(Frame::data_ref);
        read.extend_from_slice(data.map_or(&[][..], |data| &data[..]));
        let is_broken = frame.is_err();
        frames.push_back(frame);
        if is_broken || read.len() > MAX_READ_AHEAD_BYTES {
            break false;
        }
    };
    let replayed = ReplayedBody {
        frames,
        rest: Some(body).filter(|_| !is_whole),
    };
    (is_whole.then_some(read), replayed.boxed_unsync())
}

struct ReplayedBody {
    frames: VecDeque<Result<Frame<Bytes>, Error>>,
    /// None if the body was read to its end.
    rest: Option<WasiBody>,
}

impl Body for ReplayedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(frame) = self.frames.pop_front() {
            return Poll::Ready(Some(frame));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A body of these frames. After them it ends, or stays pending.
    struct FakeBody {
        frames: VecDeque<Result<&'static [u8], Error>>,
        is_end: bool,
    }

    impl Body for FakeBody {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            match self.frames.pop_front() {
                None if !self.is_end => Poll::Pending,
                frame => Poll::Ready(
                    frame.map(|frame| frame.map(|data| Frame::data(Bytes::from_static(data)))),
                ),
            }
        }
    }

    fn body<const N: usize>(frames: [Result<&'static [u8], Error>; N], is_end: bool) -> WasiBody {
        let frames = VecDeque::from(frames);
        FakeBody { frames, is_end }.boxed_unsync()
    }

    /// Rest of a body, and true if it ended without an error.
    async fn rest(mut body: WasiBody) -> (Vec<u8>, bool) {
        let mut read = Vec::new();
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => read.extend_from_slice(&frame.into_data().expect("data")),
                Err(_) => return (read, false),
            }
        }
        (read, true)
    }

    #[tokio::test]
    async fn a_body_in_time_is_read_ahead_and_replayed() {
        let (read, body) = read_ahead(body([Ok(b"on"), Ok(b"e")], true)).await;
        assert_eq!(read.as_deref(), Some(&b"one"[..]));
        assert_eq!(rest(body).await, (b"one".to_vec(), true));
    }

    #[tokio::test]
    async fn an_error_during_read_ahead_is_replayed() {
        let broken = [Ok(&b"on"[..]), Err(Error::ConnectionReadTimeout)];
        let (read, body) = read_ahead(body(broken, false)).await;
        assert_eq!(read, None);
        assert_eq!(rest(body).await, (b"on".to_vec(), false));
    }

    #[tokio::test]
    async fn read_ahead_of_a_stalled_body_returns_in_time() {
        let (read, mut body) = read_ahead(body([Ok(b"on")], false)).await;
        assert_eq!(read, None);
        let first = body.frame().await.expect("a frame").expect("no error");
        assert_eq!(first.into_data().expect("data"), b"on"[..]);
        assert!(!body.is_end_stream());
    }

    #[tokio::test]
    async fn a_long_body_is_replayed_without_being_read_ahead() {
        const LONG: &[u8] = &[b'x'; MAX_READ_AHEAD_BYTES];
        let (read, body) = read_ahead(body([Ok(LONG), Ok(LONG), Ok(b"y")], true)).await;
        assert_eq!(read, None);
        assert_eq!(rest(body).await, ([LONG, LONG, b"y"].concat(), true));
    }

    #[tokio::test]
    async fn tee_reports_complete_bodies_only() {
        for (last, is_end, expected) in [
            (Ok(&b"e"[..]), true, Some(b"one".to_vec())),
            (Err(Error::ConnectionReadTimeout), false, None),
        ] {
            let reported = Arc::new(Mutex::new(None));
            let copy = Arc::clone(&reported);
            let on_complete = move |body: &[u8]| *copy.lock().unwrap() = Some(body.to_vec());
            let body = tee(body([Ok(b"on"), last], true), on_complete);
            assert_eq!(rest(body).await.1, is_end);
            assert_eq!(*reported.lock().unwrap(), expected);
        }
    }
}
