//! A request, as it came.

use alloc::{string::String, vec::Vec};

/// The longest request id that is taken from a caller, in bytes.
const LONGEST_ID: usize = 128;

/// A body, as far as it was read.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Whole(Vec<u8>),
    /// It was larger than a body may be.
    TooLarge,
    /// It broke off, or did not come in time.
    Incomplete,
}

impl Default for Body {
    /// There was none.
    fn default() -> Self {
        Self::Whole(Vec::new())
    }
}

/// What a caller sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub method: String,
    /// Encoded, with its query.
    pub path_and_query: String,
    /// Names in lower case, in the order that they came. A value that is no UTF-8 is empty: it counts, and is good for nothing.
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// When it came: milliseconds since 1970, by the host's clock.
    pub time_ms: u64,
}

impl Request {
    /// The value of a header that stands there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|header| header.0 == name);
        let value = values.next().filter(|_| values.next().is_none())?;
        // RFC 9110, section 5.6.3: white space around a value is these two.
        Some(value.1.trim_matches([' ', '\t']))
    }

    pub fn path(&self) -> &str {
        let path = self.path_and_query.split_once('?');
        path.map_or(&self.path_and_query, |(path, _)| path)
    }

    pub fn query(&self) -> &str {
        let path = self.path_and_query.split_once('?');
        path.map_or("", |(_, query)| query)
    }

    /// The id that the caller gave the request, if it is fit to be given back.
    pub fn id(&self) -> Option<&str> {
        let id = self.header("x-request-id")?;
        let is_fit =
            (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        is_fit.then_some(id)
    }
}
