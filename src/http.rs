//! One attempt of a request, within limits of time, size and memory.

mod body;

use alloc::{rc::Rc, vec, vec::Vec};
use core::cell::Cell;

use zeroize::Zeroizing;

use crate::{
    account::Account,
    deadline,
    endpoint::Endpoint,
    error_response,
    failure::Failure,
    platform::{Duration, Instant, Method, Platform, Request, Timeouts},
    response,
    retry_after::retry_after,
    secret::Secret,
    shared_state::SharedState,
    text,
};

/// Time-out of the connection: TCP and TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// Time-out of the response head, from the connection on.
const FIRST_BYTE: Duration = Duration::from_secs(10);
/// Time-out between two pieces of a body.
const BETWEEN_BYTES: Duration = Duration::from_secs(5);
/// Time by which the platform's own time-outs are later: the client's give the better error.
const PLATFORM_DELAY: Duration = Duration::from_secs(1);

/// A request to an endpoint of the API.
pub(crate) struct ApiRequest<'a> {
    pub endpoint: Endpoint,
    pub path_and_query: &'a str,
    /// Value of the `Authorization` header.
    pub authorization: &'a Secret,
    /// Token in the request, which the server may repeat in its messages.
    pub token: Option<&'a Secret>,
    /// Body, as a form.
    pub form: Option<&'a Secret>,
}

/// Sends requests, and counts them.
pub(crate) struct Http<'a, P> {
    platform: &'a P,
    account: Rc<Account>,
    shared: Rc<SharedState>,
    requests: Cell<u32>,
}

impl<'a, P: Platform> Http<'a, P> {
    /// An HTTP layer that has sent no requests yet.
    pub fn new(platform: &'a P, account: Rc<Account>, shared: Rc<SharedState>) -> Self {
        Self {
            platform,
            account,
            shared,
            requests: Cell::new(0),
        }
    }

    /// Number of requests sent.
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Sends a request once. Returns the body of a 200; any other response is a failure.
    pub async fn send(
        &self,
        request: &ApiRequest<'_>,
        deadline: Instant,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let timeouts = timeouts(deadline::remaining(self.platform, deadline));
        if timeouts.first_byte.is_zero() {
            return Err(deadline::timed_out(
                self.platform,
                deadline,
                "before the request could be sent",
            ));
        }
        let settings = &self.account.settings;
        let length = text::decimal(request.form.map_or(0, |form| form.expose().len()));
        let mut headers = vec![
            ("accept", "application/json"),
            ("user-agent", &settings.user_agent),
            ("authorization", request.authorization.expose()),
        ];
        let method = request.endpoint.method();
        if method == Method::Post {
            headers.push(("content-length", &length));
        }
        if request.form.is_some() {
            headers.push(("content-type", "application/x-www-form-urlencoded"));
        }
        let outgoing = Request {
            method,
            scheme: settings.base_url.scheme,
            authority: &settings.base_url.authority,
            path_and_query: request.path_and_query,
            headers: &headers,
            body: request.form.map(Secret::expose),
            timeouts: platform_timeouts(timeouts),
        };
        for requests in [&self.requests, &self.shared.requests] {
            requests.set(requests.get().saturating_add(1));
        }
        let head_timeout = timeouts.connect.plus(timeouts.first_byte);
        let sent = self.platform.send(outgoing);
        let mut response = match deadline::within(self.platform, head_timeout, deadline, sent).await
        {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(error.into()),
            None => {
                let mut failure =
                    deadline::timed_out(self.platform, deadline, "while the server was asked");
                failure.is_possibly_processed = true;
                return Err(failure);
            }
        };
        let body = body::read(
            self.platform,
            &mut response,
            timeouts.between_bytes,
            deadline,
        )
        .await;
        if response.status == 200 {
            return body;
        }
        let date = response.date.as_deref();
        let retry_after = response
            .retry_after
            .and_then(|value| retry_after(&value, date));
        // The status decides even if the body is lost.
        let problem = response::problem(&body.unwrap_or_default());
        Err(error_response::classify(
            request.endpoint,
            settings.api_version,
            response.status,
            retry_after,
            problem,
            &self.account.known_secrets(request.token).list(),
        ))
    }
}

/// Time-outs within the time that is left. A connection gets half of it at most: one that cannot be made is reported as
/// such before the deadline.
fn timeouts(remaining: Duration) -> Timeouts {
    Timeouts {
        connect: CONNECT.min(remaining.half()),
        first_byte: FIRST_BYTE.min(remaining),
        between_bytes: BETWEEN_BYTES.min(remaining),
    }
}

/// Time-outs for the platform, which alone knows when the connection stands.
fn platform_timeouts(timeouts: Timeouts) -> Timeouts {
    Timeouts {
        connect: timeouts.connect,
        first_byte: timeouts.first_byte.plus(PLATFORM_DELAY),
        between_bytes: timeouts.between_bytes.plus(PLATFORM_DELAY),
    }
}
