//! A service: decides which instance answers a request.

use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

use http::{
    HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_LENGTH, request::Parts,
};
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use wasmtime::format_err;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::{
    instance::InstanceResponse,
    options::ServiceOptions,
    pool::{KeptInstance, Pool},
};
use crate::{error::Result, state::State};

/// Path that says if the service can work.
const READY_PATH: &str = "/readyz";
/// Path of the webhooks.
const WEBHOOK_PATH: &str = "/hooks/contain";
/// Header of a webhook with the id that its sender chose.
const WEBHOOK_ID: &str = "webhook-id";
/// Path of the tools for language models.
const MCP_PATH: &str = "/mcp";
/// Number of instances that remember what they carried out. The id of a webhook, or the plan of a change, decides which one gets it.
const REMEMBERING_INSTANCES: usize = 4;
/// Maximum number of instances that look at the heads of requests. They wait for nothing.
const MAX_HEAD_INSTANCES: usize = 2;

/// A service, with its instances.
///
/// Three groups of instances share nothing: the first looks at heads of requests and calls no one, so that it always answers
/// at once; the second answers requests with a valid key; the third answers webhooks and changes by a plan, and remembers those that
/// were carried out.
pub struct Service {
    pre: ProxyPre<State>,
    options: ServiceOptions,
    heads: Pool,
    calls: Pool,
    /// Permits for requests that only read: some instances are always left for changes.
    reads: Semaphore,
    remembering: [KeptInstance; REMEMBERING_INSTANCES],
}

/// Answer to the head of a request.
#[derive(Debug)]
pub enum HeadAnswer {
    /// Response that does not depend on the body: a refusal, or the answer of a path that needs no key.
    Response(ServiceResponse),
    /// The request has to be handled with its body. `is_known` is true if its caller has a valid key.
    BodyNeeded {
        /// True if the caller has a valid key.
        is_known: bool,
    },
}

/// Response of the service.
#[derive(Debug)]
pub struct ServiceResponse {
    /// Response for the caller.
    pub response: Response<Bytes>,
    /// Reason of a 401 for the operator of the service, which callers are not told.
    pub reason: Option<String>,
}

impl From<InstanceResponse> for ServiceResponse {
    fn from(response: InstanceResponse) -> Self {
        Self {
            response: response.response,
            reason: response.reason,
        }
    }
}

impl Service {
    pub(super) fn new(pre: ProxyPre<State>, options: ServiceOptions) -> Self {
        let max_instances = options.max_instances;
        let max_idle = options.idle_instances();
        Self {
            pre,
            heads: Pool::new(MAX_HEAD_INSTANCES, MAX_HEAD_INSTANCES.min(max_idle)),
            calls: Pool::new(max_instances, max_idle),
            reads: Semaphore::new(max_instances.div_ceil(2)),
            remembering: Default::default(),
            options,
        }
    }

    /// Makes a first instance. Fails if this machine cannot run the component within its limits.
    pub async fn warm_up(&self) -> Result<()> {
        self.heads.fill(&self.pre, &self.options).await
    }

    /// Asks the service if it can work. Sends no request to the API.
    ///
    /// The inner error is the service's: the names of the wrong settings, with the requirements that they do not meet.
    pub async fn readiness(&self) -> Result<std::result::Result<(), String>> {
        let request = Request::get(READY_PATH)
            .header("host", "localhost")
            .body(Empty::<Bytes>::new())?;
        let answer = self.heads.handle(&self.pre, &self.options, request).await?;
        let status = answer.response.status();
        if status.is_success() {
            return Ok(Ok(()));
        }
        let problem = serde_json::from_slice(answer.response.body()).unwrap_or(Value::Null);
        let detail = problem.get("detail").and_then(Value::as_str);
        Ok(Err(detail.map_or_else(
            || format!("the service is not ready ({status})"),
            str::to_owned,
        )))
    }

    /// Decides from the head of a request alone. Changes nothing, and calls no server.
    ///
    /// The component gets a body that is shorter than its `Content-Length`. It answers 408 if it needs the body.
    pub async fn handle_head(&self, head: &Parts) -> Result<HeadAnswer> {
        let is_known = !is_webhook(head);
        let mut head = head.clone();
        head.headers
            .insert(CONTENT_LENGTH, HeaderValue::from_static("1"));
        let request = Request::from_parts(head, Empty::<Bytes>::new());
        let answer = self.heads.handle(&self.pre, &self.options, request).await?;
        Ok(if answer.response.status() == StatusCode::REQUEST_TIMEOUT {
            HeadAnswer::BodyNeeded { is_known }
        } else {
            HeadAnswer::Response(answer.into())
        })
    }

    /// Answers a request. An instance that fails is discarded.
    ///
    /// Webhooks with the same id, and changes with the same plan, are answered one after the other by the same instance, which
    /// remembers those that it carried out. Give this function a body that has arrived already, or the instance waits for it.
    ///
    /// Dropping the future cancels the request's calls: a change may have been made or not.
    pub async fn handle<B>(&self, request: Request<B>) -> Result<ServiceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        if request.uri().authority().is_none() && !request.headers().contains_key("host") {
            return Err(format_err!("the request has no host"));
        }
        let (head, body) = request.into_parts();
        if is_webhook(&head) {
            let id = head.headers.get(WEBHOOK_ID).map(HeaderValue::as_bytes);
            let instance = self.remembering(id.unwrap_or_default().trim_ascii());
            let request = Request::from_parts(head, body);
            let response = instance.handle(&self.pre, &self.options, request).await?;
            return Ok(response.into());
        }
        if head.uri.path() == MCP_PATH {
            let body = body.collect().await.map_err(|error| {
                let error: wasmtime_wasi_http::Error = error.into();
                format_err!("the body could not be read: {error:?}")
            })?;
            let body = body.to_bytes();
            let plan = plan_of(&body);
            let request = Request::from_parts(head, Full::new(body));
            let response = match plan {
                Some(plan) => {
                    let instance = self.remembering(plan.as_bytes());
                    instance.handle(&self.pre, &self.options, request).await?
                }
                // Without a plan, nothing is changed.
                None => self.call(request, true).await?,
            };
            return Ok(response.into());
        }
        let is_read = matches!(head.method, Method::GET | Method::HEAD);
        let request = Request::from_parts(head, body);
        Ok(self.call(request, is_read).await?.into())
    }

    /// Answers a request whose body has arrived already, as [`handle`](Self::handle) does.
    pub async fn handle_whole(&self, request: Request<Vec<u8>>) -> Result<ServiceResponse> {
        self.handle(request.map(|body| Full::new(Bytes::from(body))))
            .await
    }

    /// Answers a request by any instance.
    async fn call<B>(&self, request: Request<B>, is_read: bool) -> Result<InstanceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let _permit = if is_read {
            Some(self.reads.acquire().await?)
        } else {
            None
        };
        self.calls.handle(&self.pre, &self.options, request).await
    }

    /// Returns the instance for a webhook id or a plan.
    fn remembering(&self, name: &[u8]) -> &KeptInstance {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let [first, ..] = &self.remembering;
        let index = hasher.finish() % self.remembering.len() as u64;
        let instance = usize::try_from(index).ok();
        instance
            .and_then(|index| self.remembering.get(index))
            .unwrap_or(first)
    }
}

/// Returns the plan that a call of a tool hands back. The component refuses a body that is not read here, and changes nothing without
/// a plan.
fn plan_of(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Message {
        params: Params,
    }
    #[derive(Deserialize)]
    struct Params {
        arguments: Arguments,
    }
    #[derive(Deserialize)]
    struct Arguments {
        plan: String,
    }
    let message: Message = serde_json::from_slice(body).ok()?;
    Some(message.params.arguments.plan)
}

fn is_webhook(head: &Parts) -> bool {
    head.uri.path() == WEBHOOK_PATH
}
