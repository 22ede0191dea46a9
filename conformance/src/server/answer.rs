//! Answers of the server, good and bad.

use std::{collections::BTreeMap, fmt::Write as _, io::Write as _, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use serde_json::Value;

use crate::problem::Problem;

/// Headers that let pages of every origin read the answers.
pub(super) const CORS: &str = "access-control-allow-origin: *\r\n\
    access-control-allow-methods: GET, POST\r\n\
    access-control-allow-headers: authorization, content-type, accept, user-agent\r\n\
    access-control-expose-headers: retry-after, date, content-length\r\n";

/// An answer. Without a status and a body, nothing is sent before the end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Answer {
    /// Pause before the head, in milliseconds.
    #[serde(default)]
    pub after_ms: u64,
    /// Bytes of the whole answer, in place of everything below but `end`.
    raw: Option<String>,
    /// Status. Default: 200, if there is a body.
    status: Option<u16>,
    /// Headers. Several values make several headers.
    #[serde(default)]
    headers: BTreeMap<String, Values>,
    /// Body: JSON.
    json: Option<Value>,
    /// Body: text.
    text: Option<String>,
    /// Body: bytes in base64.
    base64: Option<String>,
    /// Body: texts, each repeated as often as its number says.
    generated: Option<Vec<(String, usize)>>,
    /// True to compress the body.
    #[serde(default)]
    gzip: bool,
    /// Form of the body's length. Default: its header, with the right number.
    #[serde(default)]
    length: Length,
    /// Pause between head and body, in milliseconds.
    #[serde(default)]
    pub body_after_ms: u64,
    /// Size of the pieces in which the body is sent in bytes, and pause after each in milliseconds. Default: one piece.
    pub pieces: Option<(usize, u64)>,
    /// Number of bytes of the body that are sent. Default: all of them.
    cut_after: Option<usize>,
    /// Fate of the connection after the last byte.
    #[serde(default)]
    pub end: End,
    /// The body, once it has been made.
    #[serde(skip)]
    body: Option<Arc<[u8]>>,
}

/// One value of a header, several, or a long one.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    One(String),
    Several(Vec<String>),
    Repeated {
        /// A text, and the number of its repetitions.
        repeated: (String, usize),
    },
}

impl Values {
    fn texts(&self) -> Vec<String> {
        match self {
            Self::One(value) => vec![value.clone()],
            Self::Several(values) => values.clone(),
            Self::Repeated {
                repeated: (text, times),
            } => vec![text.repeat(*times)],
        }
    }
}

/// Form of the length of a body.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Length {
    /// Header `content-length`.
    #[default]
    Announced,
    /// Header `content-length` with this number, right or wrong.
    Number(u64),
    /// Chunks.
    Chunked,
    /// The end of the connection ends the body.
    Closed,
}

/// The end of an answer.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum End {
    /// The connection is kept for the next request.
    #[default]
    Keep,
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing more is sent, until the client closes the connection.
    Hang,
    /// The connection is closed, and no other one is accepted from now on.
    Refuse,
    /// The body is sent again and again, until the client closes the connection.
    Endless,
}

impl Answer {
    /// Checks what deserialisation does not.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let bodies = [
            self.json.is_some(),
            self.text.is_some(),
            self.base64.is_some(),
            self.generated.is_some(),
        ];
        let bodies = bodies.into_iter().filter(|is_set| *is_set).count();
        let is_plain = self.status.is_none() && self.headers.is_empty();
        if bodies > 1 || self.raw.is_some() && (bodies > 0 || !is_plain) {
            return Err(Problem::new("more than one body"));
        }
        if bodies == 0 && self.raw.is_none() && self.status.is_none() && self.end == End::Keep {
            return Err(Problem::new("neither a status, a body nor an end"));
        }
        if let Some(text) = &self.base64
            && let Err(error) = BASE64_STANDARD.decode(text)
        {
            return Err(Problem::new(format!("base64: {error}")));
        }
        if self.end == End::Endless && self.length == Length::Announced {
            return Err(Problem::new("an endless body cannot be announced"));
        }
        Ok(())
    }

    /// Makes the body: much work for a large one.
    pub(super) fn prepare(&mut self) {
        self.body = self.whole_body().map(Arc::from);
    }

    /// Bytes before the body. None if nothing is sent.
    pub(super) fn head(&self) -> Option<Vec<u8>> {
        if let Some(raw) = &self.raw {
            return Some(raw.clone().into_bytes());
        }
        let (status, body) = (self.status, self.body.as_deref());
        if status.is_none() && body.is_none() {
            return None;
        }
        let status = status.unwrap_or(200);
        let mut head = format!("HTTP/1.1 {status} {}\r\n{CORS}", reason(status));
        for (name, values) in &self.headers {
            for value in values.texts() {
                let _ = write!(head, "{name}: {value}\r\n");
            }
        }
        if !self.headers.contains_key("content-type") && body.is_some() {
            let kind = if self.json.is_some() {
                "application/json"
            } else {
                "text/plain; charset=utf-8"
            };
            let _ = write!(head, "content-type: {kind}\r\n");
        }
        if self.gzip {
            head.push_str("content-encoding: gzip\r\n");
        }
        let _ = match self.length {
            Length::Announced => {
                write!(
                    head,
                    "content-length: {}\r\n",
                    body.unwrap_or_default().len()
                )
            }
            Length::Number(number) => write!(head, "content-length: {number}\r\n"),
            Length::Chunked => write!(head, "transfer-encoding: chunked\r\n"),
            Length::Closed => Ok(()),
        };
        if matches!(self.end, End::Close | End::Refuse) || self.length == Length::Closed {
            head.push_str("connection: close\r\n");
        }
        head.push_str("\r\n");
        Some(head.into_bytes())
    }

    /// Pieces of the body, in the form of its length.
    pub(super) fn pieces(&self) -> Vec<Vec<u8>> {
        let body = self.body.as_deref().unwrap_or_default();
        let sent = self.cut_after.unwrap_or(usize::MAX).min(body.len());
        let body = &body[..sent];
        let size = self.pieces.map_or(usize::MAX, |(size, _)| size.max(1));
        let mut pieces: Vec<_> = body.chunks(size).map(<[u8]>::to_vec).collect();
        if self.length == Length::Chunked {
            for piece in &mut pieces {
                *piece = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
            }
            if matches!(self.end, End::Keep | End::Refuse) {
                pieces.push(b"0\r\n\r\n".into());
            }
        }
        pieces
    }

    /// The body, compressed if it is to be.
    fn whole_body(&self) -> Option<Vec<u8>> {
        let body = if let Some(json) = &self.json {
            json.to_string().into_bytes()
        } else if let Some(text) = &self.text {
            text.clone().into_bytes()
        } else if let Some(base64) = &self.base64 {
            BASE64_STANDARD.decode(base64).unwrap_or_default()
        } else {
            let generated = self.generated.as_ref()?;
            let parts = generated.iter().map(|(text, times)| text.repeat(*times));
            parts.collect::<String>().into_bytes()
        };
        if !self.gzip {
            return Some(body);
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        // Writing to memory does not fail.
        let _ = encoder.write_all(&body);
        Some(encoder.finish().unwrap_or_default())
    }

    /// True if the connection cannot be used again.
    pub(super) fn is_last(&self) -> bool {
        self.end != End::Keep || self.raw.is_some() || self.length == Length::Closed
    }
}

/// Reason phrase of a status.
fn reason(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(value: Value) -> Answer {
        let mut answer: Answer = serde_json::from_value(value).unwrap();
        answer.prepare();
        answer
    }

    #[test]
    fn a_body_is_announced_with_its_length() {
        let answer = answer(json!({"json": {"a": 1}}));
        let head = String::from_utf8(answer.head().unwrap()).unwrap();
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert!(head.contains("content-length: 7\r\n"), "{head}");
        assert_eq!(answer.pieces(), [b"{\"a\":1}".to_vec()]);
    }

    #[test]
    fn a_chunked_body_ends_unless_it_is_cut() {
        let whole = answer(json!({"text": "abc", "length": "chunked", "pieces": [2, 0]}));
        assert_eq!(whole.pieces().concat(), b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
        let cut =
            answer(json!({"text": "abc", "length": "chunked", "cutAfter": 2, "end": "close"}));
        assert_eq!(cut.pieces().concat(), b"2\r\nab\r\n");
    }

    #[test]
    fn an_answer_without_a_head_is_only_an_end() {
        let answer = answer(json!({"end": "hang"}));
        assert_eq!(answer.head(), None);
        assert!(answer.check().is_ok());
    }

    #[test]
    fn answers_that_contradict_themselves_are_mistakes() {
        for (value, problem) in [
            (json!({}), "neither a status, a body nor an end"),
            (json!({"text": "a", "json": 1}), "more than one body"),
            (json!({"raw": "a", "status": 200}), "more than one body"),
            (
                json!({"text": "a", "end": "endless"}),
                "an endless body cannot be announced",
            ),
        ] {
            assert_eq!(answer(value).check().unwrap_err().to_string(), problem);
        }
    }
}
