//! Lines on standard input and output, each of them a message. Both are read and written by threads of their own: a read that waits
//! would keep the process from ending.

use std::{
    io::{self, BufRead, Read, Write},
    sync::mpsc as std_mpsc,
    thread,
    time::Duration,
};

use tokio::sync::{mpsc, watch};

/// Maximum size of a line that is read, in bytes. The service takes fewer, and says so.
const MAX_LINE: usize = 1 << 20;
/// Number of lines that wait to be handled.
const WAITING_LINES: usize = 16;
/// Maximum time for the agent to read the last answers.
const LAST_WRITE: Duration = Duration::from_secs(5);

/// A line on standard input.
pub(super) enum Line {
    Message(Vec<u8>),
    /// More than the maximum, of which nothing is kept.
    TooLong,
}

/// Starts to read standard input. The channel closes at its end.
pub(super) fn read() -> mpsc::Receiver<Line> {
    let (sender, lines) = mpsc::channel(WAITING_LINES);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        while let Ok(Some(line)) = read_line(&mut input) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

/// Reads a line. None at the end.
fn read_line(input: &mut impl BufRead) -> io::Result<Option<Line>> {
    let mut line = Vec::new();
    input
        .by_ref()
        .take(MAX_LINE as u64 + 1)
        .read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() <= MAX_LINE || line.ends_with(b"\n") {
        return Ok(Some(Line::Message(line)));
    }
    // The rest of it, piece by piece.
    loop {
        let available = input.fill_buf()?;
        let end = available.iter().position(|byte| *byte == b'\n');
        let read = end.map_or(available.len(), |end| end + 1);
        input.consume(read);
        if end.is_some() || read == 0 {
            return Ok(Some(Line::TooLong));
        }
    }
}

/// Standard output, which is written in the background.
pub(super) struct OutputLines {
    lines: std_mpsc::Sender<String>,
    is_open: watch::Receiver<bool>,
    written: std_mpsc::Receiver<()>,
}

impl OutputLines {
    pub(super) fn start() -> Self {
        let (lines, queued) = std_mpsc::channel::<String>();
        let (open, is_open) = watch::channel(true);
        let (done, written) = std_mpsc::channel();
        thread::spawn(move || {
            let mut output = io::stdout().lock();
            for line in queued {
                let result = writeln!(output, "{line}").and_then(|()| output.flush());
                if result.is_err() {
                    open.send_replace(false);
                    break;
                }
            }
            // Fails if the command has ended.
            done.send(()).ok();
        });
        Self {
            lines,
            is_open,
            written,
        }
    }

    /// A handle that writes lines.
    pub(super) fn writer(&self) -> Writer {
        Writer {
            lines: self.lines.clone(),
            is_open: self.is_open.clone(),
        }
    }

    /// Returns when standard output is closed.
    pub(super) async fn closed(&mut self) {
        // Fails if the thread has ended.
        self.is_open.wait_for(|is_open| !is_open).await.ok();
    }

    /// Waits until all lines are written. All writers must be gone.
    pub(super) fn finish(self) {
        drop(self.lines);
        // An agent that does not read does not keep the process alive.
        self.written.recv_timeout(LAST_WRITE).ok();
    }
}

/// Writes lines to standard output.
#[derive(Clone)]
pub(super) struct Writer {
    lines: std_mpsc::Sender<String>,
    is_open: watch::Receiver<bool>,
}

impl Writer {
    /// Queues a line. False if standard output is closed.
    pub(super) fn write(&self, line: String) -> bool {
        *self.is_open.borrow() && self.lines.send(line).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_a_length() {
        let long = "x".repeat(MAX_LINE + 1);
        let longest = "y".repeat(MAX_LINE);
        let text = format!("a\n\n{long}\nb\r\n{longest}\n{long}{long}\nc");
        let mut input = io::BufReader::with_capacity(1000, text.as_bytes());
        let mut lines = Vec::new();
        while let Some(line) = read_line(&mut input).expect("it can be read") {
            lines.push(match line {
                Line::Message(line) if line.len() > 100 => "long".to_owned(),
                Line::Message(line) => String::from_utf8(line).expect("UTF-8"),
                Line::TooLong => "too long".to_owned(),
            });
        }
        assert_eq!(
            lines,
            ["a\n", "\n", "too long", "b\r\n", "long", "too long", "c"]
        );
    }
}
