//! Standard error of a service, taken apart into lines.

use std::{
    io,
    mem::take,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::body::Bytes;
use tokio::io::{AsyncWrite, sink};
use wasmtime::format_err;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi_io::{
    async_trait,
    poll::Pollable,
    streams::{OutputStream, StreamError, StreamResult},
};

/// Maximum size of a line in bytes. The component's longest lines have a few kilobytes.
const MAX_LINE_BYTES: usize = 64 << 10;

/// Destination of the lines that a service writes: an audit event for each changed user, and a line for each request that was
/// refused or failed.
pub trait ServiceLog: Send + Sync + 'static {
    /// Returns false if audit events cannot be written at present. The service then refuses every change.
    fn is_writable(&self) -> bool;

    /// Takes one line, a JSON object, without its line break. The response to a change is held back until this returns.
    ///
    /// # Errors
    ///
    /// The line was not written. The service says so in its response.
    fn write_line(&self, line: &str) -> io::Result<()>;
}

/// Standard error of one instance.
#[derive(Clone)]
pub(super) struct LineStream {
    log: Arc<dyn ServiceLog>,
    /// Beginning of a line. Shared by all streams that the instance opens.
    begun: Arc<Mutex<Vec<u8>>>,
}

impl LineStream {
    pub(super) fn new(log: Arc<dyn ServiceLog>) -> Self {
        Self {
            log,
            begun: Arc::default(),
        }
    }

    /// Passes every complete line on. All of them are tried, and the first failure is returned.
    fn pass_on(&self, bytes: &[u8]) -> io::Result<()> {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = Ok(());
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if begun.len().saturating_add(piece.len()) > MAX_LINE_BYTES {
                begun.clear();
                result = result.and(Err(io::Error::other("a line is too long")));
                continue;
            }
            begun.extend_from_slice(piece);
            if let Some(b'\n') = begun.last() {
                let line = take(&mut *begun);
                let line = String::from_utf8_lossy(line.trim_ascii_end());
                result = result.and(self.log.write_line(&line));
            }
        }
        result
    }
}

impl IsTerminal for LineStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LineStream {
    /// Not used: the components of this crate call WASI 0.2.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for LineStream {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for LineStream {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.pass_on(&bytes)
            .map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        if self.log.is_writable() {
            Ok(MAX_LINE_BYTES)
        } else {
            let cause = format_err!("audit events cannot be written at present");
            Err(StreamError::LastOperationFailed(cause))
        }
    }

    /// Writes also if audit events cannot be written: other lines can, and each event is worth a try.
    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.write(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A log that refuses lines that begin with `x`.
    #[derive(Default)]
    struct Lines(Mutex<Vec<String>>);

    impl ServiceLog for Lines {
        fn is_writable(&self) -> bool {
            true
        }

        fn write_line(&self, line: &str) -> io::Result<()> {
            self.0.lock().unwrap().push(line.to_owned());
            if line.starts_with('x') {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        }
    }

    fn written(pieces: &[&str]) -> (Vec<String>, bool) {
        let lines = Arc::new(Lines::default());
        let stream = LineStream::new(Arc::clone(&lines) as Arc<dyn ServiceLog>);
        let mut is_ok = true;
        for piece in pieces {
            is_ok &= stream.clone().pass_on(piece.as_bytes()).is_ok();
        }
        (lines.0.lock().unwrap().clone(), is_ok)
    }

    #[test]
    fn bytes_become_lines_wherever_they_are_cut() {
        for pieces in [
            &["a\nbc\n"][..],
            &["a", "\nb", "c", "\n", "begun"],
            &["a\r\n", "bc\n"],
        ] {
            let expected = (vec!["a".to_owned(), "bc".to_owned()], true);
            assert_eq!(written(pieces), expected);
        }
    }

    #[test]
    fn a_failure_is_returned_after_all_lines_were_tried() {
        let (lines, is_ok) = written(&["a\nx1\nx2\nb\n"]);
        assert_eq!((lines.len(), is_ok), (4, false));
    }

    #[test]
    fn a_line_without_end_is_dropped() {
        let piece = "y".repeat(1000);
        let mut pieces = vec![piece.as_str(); 100];
        pieces.extend(["\n", "a\n"]);
        let (lines, is_ok) = written(&pieces);
        assert!(!is_ok);
        assert_eq!(lines.last().map(String::as_str), Some("a"));
        assert!(lines.iter().all(|line| line.len() <= MAX_LINE_BYTES));
    }
}
