//! One attempt of a request, within limits of time, size and memory.

mod body;

use alloc::{string::ToString, vec};

use crate::{
    account::KnownSecrets,
    call_context::CallContext,
    endpoint::Endpoint,
    error_response,
    failure::Failure,
    generation::Generation,
    platform::{Duration, Instant, Method, Platform, Request, Timeouts},
    response,
    retry_after::retry_after,
    secret::{Secret, SecretBytes},
};

/// Time-out of the connection: TCP and TLS.
const MAX_CONNECT: Duration = Duration::from_secs(5);
/// Time-out of the response head, from the connection on.
const MAX_FIRST_BYTE: Duration = Duration::from_secs(10);
/// Time-out between two pieces of a body.
const MAX_BETWEEN_BYTES: Duration = Duration::from_secs(5);
/// Time for a whole body with status 200: 8 MiB at 140 kB a second.
const MAX_BODY_TIME: Duration = Duration::from_secs(60);
/// Time for the whole body of any other response: the status has decided already.
const MAX_ERROR_BODY_TIME: Duration = Duration::from_secs(5);
/// Extra time for the platform's time-outs, so that the client's own end first: they give the better error.
const PLATFORM_DELAY: Duration = Duration::from_secs(1);

/// A request to an endpoint of the API.
pub(crate) struct ApiRequest<'a> {
    pub endpoint: Endpoint,
    /// Generation of the path.
    pub generation: Generation,
    pub path_and_query: &'a str,
    /// Id of the user whom the request reads or changes.
    pub user: Option<&'a str>,
    /// Value of the `Authorization` header.
    pub authorization: &'a Secret,
    /// Secrets that the server knows, and may repeat in its messages.
    pub secrets: KnownSecrets<'a>,
    /// Body, as a form.
    pub form: Option<&'a Secret>,
}

/// The HTTP layer: sends requests, and counts them.
pub(crate) struct Http<'c, 'a, P> {
    context: &'c CallContext<'a, P>,
}

impl<'c, 'a, P: Platform> Http<'c, 'a, P> {
    /// The HTTP layer of a part of a call.
    pub(crate) fn new(context: &'c CallContext<'a, P>) -> Self {
        Self { context }
    }

    /// Sends a request once. Returns the body of a 200; any other response is a failure.
    pub(crate) async fn send(
        &self,
        request: &ApiRequest<'_>,
        deadline: Instant,
    ) -> Result<SecretBytes, Failure> {
        let timeouts = timeouts(self.context.remaining(deadline));
        if timeouts.first_byte.is_zero() {
            return Err(self
                .context
                .timed_out(deadline, "before the request could be sent"));
        }
        let mut result = self.send_within(request, timeouts, deadline).await;
        if let Err(failure) = &mut result {
            if P::HAS_FOREIGN_DETAILS && failure.endpoint.is_none() {
                // The words may be those of an HTTP client, which knows the request.
                failure.cause = error_response::shown(&failure.cause, &request.secrets.list());
            }
            failure.is_sent = !failure.is_stopped || failure.is_possibly_processed;
        }
        result
    }

    async fn send_within(
        &self,
        request: &ApiRequest<'_>,
        timeouts: Timeouts,
        deadline: Instant,
    ) -> Result<SecretBytes, Failure> {
        let context = self.context;
        let settings = &context.account.settings;
        let length = request
            .form
            .map_or(0, |form| form.expose().len())
            .to_string();
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
            purpose: request.endpoint.purpose(),
            user: request.user,
            method,
            scheme: settings.base_url.scheme,
            authority: &settings.base_url.authority,
            path_and_query: request.path_and_query,
            headers: &headers,
            body: request.form.map(Secret::expose),
            timeouts: platform_timeouts(timeouts),
        };
        let head_timeout = timeouts.connect.plus(timeouts.first_byte);
        let sent = context.platform.send(outgoing);
        let sent = context.within(head_timeout, deadline, sent).await;
        if !matches!(&sent, Some(Err(error)) if error.is_refusal()) {
            context.count_request();
        }
        let mut response = match sent {
            Some(Ok(response)) => response,
            Some(Err(error)) => return Err(error.into()),
            None => {
                let mut failure = context.timed_out(deadline, "while waiting for the response");
                failure.is_possibly_processed = true;
                return Err(failure);
            }
        };
        let body_time = match response.status {
            200 => MAX_BODY_TIME,
            _ => MAX_ERROR_BODY_TIME,
        };
        let body_time = body_time.min(context.remaining(deadline));
        let body_deadline = context.now().after(body_time);
        let body = body::read(
            context,
            &mut response,
            timeouts.between_bytes,
            body_deadline,
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
        let body = body.unwrap_or_default();
        let problem = match request.endpoint {
            Endpoint::Token | Endpoint::Revoke => response::oauth_problem(&body),
            Endpoint::List | Endpoint::User | Endpoint::Change(_) => response::problem(&body),
        };
        Err(error_response::classify(
            request.endpoint,
            request.generation,
            response.status,
            retry_after,
            problem,
            &request.secrets.list(),
        ))
    }
}

/// Time-outs within the time that is left. A connection gets half of it at most: one that cannot be made is reported as
/// such before the deadline.
fn timeouts(remaining: Duration) -> Timeouts {
    Timeouts {
        connect: MAX_CONNECT.min(remaining.half()),
        first_byte: MAX_FIRST_BYTE.min(remaining),
        between_bytes: MAX_BETWEEN_BYTES.min(remaining),
    }
}

/// Time-outs for the platform, which alone knows when the connection is established.
fn platform_timeouts(timeouts: Timeouts) -> Timeouts {
    Timeouts {
        connect: timeouts.connect,
        first_byte: timeouts.first_byte.plus(PLATFORM_DELAY),
        between_bytes: timeouts.between_bytes.plus(PLATFORM_DELAY),
    }
}
