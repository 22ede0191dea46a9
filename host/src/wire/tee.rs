//! The bodies of answers, read beside the component: as they pass, or a little ahead of it.

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

/// The longest answer that is read as it passes, in bytes: the component takes no longer one.
const LONGEST: usize = 8 << 20;
/// The longest answer that is read ahead, in bytes.
const LONGEST_AHEAD: usize = 64 << 10;
/// How long an answer that is read ahead may keep the component waiting.
const PATIENCE: Duration = Duration::from_millis(250);

/// A body that is handed on as it comes; whoever listens hears all of it before its end is handed on.
pub(crate) fn overheard(body: WasiBody, hear: impl FnOnce(&[u8]) + Send + 'static) -> WasiBody {
    let overheard = Overheard {
        body,
        heard: Vec::new(),
        hear: Some(Box::new(hear)),
    };
    overheard.boxed_unsync()
}

/// Told of a whole body.
type Hear = Box<dyn FnOnce(&[u8]) + Send>;

struct Overheard {
    body: WasiBody,
    heard: Vec<u8>,
    /// None once it was told, or the body was too long or broke.
    hear: Option<Hear>,
}

impl Body for Overheard {
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
                if self.heard.len() + data.len() > LONGEST {
                    self.hear = None;
                } else if self.hear.is_some() {
                    self.heard.extend_from_slice(data);
                }
            }
            Some(Err(_)) => self.hear = None,
            None => {}
        }
        // Whoever sees that this was the last piece may not ask for another one.
        if (frame.is_none() || self.body.is_end_stream())
            && let Some(hear) = self.hear.take()
        {
            hear(&self.heard);
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

/// Reads a small body ahead, if it comes at once: all of it, or none, and the same body again, as if nothing of it had been
/// read.
pub(crate) async fn read_ahead(mut body: WasiBody) -> (Option<Vec<u8>>, WasiBody) {
    let until = Instant::now() + PATIENCE;
    let mut read = Vec::new();
    let mut pieces = VecDeque::new();
    let is_whole = loop {
        let Ok(frame) = timeout_at(until, body.frame()).await else {
            break false;
        };
        let Some(frame) = frame else {
            break true;
        };
        let data = frame.as_ref().ok().and_then(Frame::data_ref);
        read.extend_from_slice(data.map_or(&[][..], |data| &data[..]));
        let is_broken = frame.is_err();
        pieces.push_back(frame);
        if is_broken || read.len() > LONGEST_AHEAD {
            break false;
        }
    };
    let replayed = Replayed {
        pieces,
        rest: Some(body).filter(|_| !is_whole),
    };
    (is_whole.then_some(read), replayed.boxed_unsync())
}

struct Replayed {
    pieces: VecDeque<Result<Frame<Bytes>, Error>>,
    /// None after its end.
    rest: Option<WasiBody>,
}

impl Body for Replayed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Some(piece) = self.pieces.pop_front() {
            return Poll::Ready(Some(piece));
        }
        match &mut self.rest {
            Some(rest) => Pin::new(rest).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && self.rest.as_ref().is_none_or(Body::is_end_stream)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A body of these pieces; after them it ends, or keeps whoever reads it waiting.
    struct Pieces {
        pieces: VecDeque<Result<&'static [u8], Error>>,
        ends: bool,
    }

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
            match self.pieces.pop_front() {
                None if !self.ends => Poll::Pending,
                piece => Poll::Ready(
                    piece.map(|piece| piece.map(|data| Frame::data(Bytes::from_static(data)))),
                ),
            }
        }
    }

    fn body<const N: usize>(pieces: [Result<&'static [u8], Error>; N], ends: bool) -> WasiBody {
        let pieces = VecDeque::from(pieces);
        Pieces { pieces, ends }.boxed_unsync()
    }

    /// What is left of a body, and whether it ended without an error.
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
    async fn a_body_that_comes_at_once_is_read_ahead_and_handed_on_whole() {
        let (read, body) = read_ahead(body([Ok(b"on"), Ok(b"e")], true)).await;
        assert_eq!(read.as_deref(), Some(&b"one"[..]));
        assert_eq!(rest(body).await, (b"one".to_vec(), true));
    }

    #[tokio::test]
    async fn an_error_in_what_was_read_ahead_stays_an_error() {
        let broken = [Ok(&b"on"[..]), Err(Error::ConnectionReadTimeout)];
        let (read, body) = read_ahead(body(broken, false)).await;
        assert_eq!(read, None);
        assert_eq!(rest(body).await, (b"on".to_vec(), false));
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_keeps_nobody_waiting() {
        let (read, mut body) = read_ahead(body([Ok(b"on")], false)).await;
        assert_eq!(read, None);
        let first = body.frame().await.expect("a piece").expect("no error");
        assert_eq!(first.into_data().expect("data"), b"on"[..]);
        assert!(!body.is_end_stream());
    }

    #[tokio::test]
    async fn a_long_body_is_handed_on_whole_and_not_read_ahead() {
        const LONG: &[u8] = &[b'x'; LONGEST_AHEAD];
        let (read, body) = read_ahead(body([Ok(LONG), Ok(LONG), Ok(b"y")], true)).await;
        assert_eq!(read, None);
        assert_eq!(rest(body).await, ([LONG, LONG, b"y"].concat(), true));
    }

    #[tokio::test]
    async fn what_passes_is_heard_before_its_end_and_only_whole() {
        for (last, ends, heard) in [
            (Ok(&b"e"[..]), true, Some(b"one".to_vec())),
            (Err(Error::ConnectionReadTimeout), false, None),
        ] {
            let told = Arc::new(Mutex::new(None));
            let ear = Arc::clone(&told);
            let hear = move |body: &[u8]| *ear.lock().unwrap() = Some(body.to_vec());
            let body = overheard(body([Ok(b"on"), last], true), hear);
            assert_eq!(rest(body).await.1, ends);
            assert_eq!(*told.lock().unwrap(), heard);
        }
    }
}
