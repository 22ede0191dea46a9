//! Outgoing HTTP with an observer: passes requests and responses to it, without secrets.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response, header::AUTHORIZATION};
use wasmtime_wasi_http::WasiBody;

use super::{observer::Observer, operation::ApiOperation, response_users, tee};

/// An observer, and the secrets that must not reach it.
#[derive(Clone)]
pub(super) struct ObservedHttp {
    observer: Arc<dyn Observer>,
    /// Every secret that the instance has sent.
    secrets: Arc<Mutex<Vec<String>>>,
}

impl ObservedHttp {
    pub(super) fn new(observer: Arc<dyn Observer>) -> Self {
        Self {
            observer,
            secrets: Arc::default(),
        }
    }

    /// Returns true if the observer allows the request. Remembers the secrets in its `Authorization` header.
    pub(super) fn allows(
        &self,
        request: &Request<WasiBody>,
        operation: Option<&ApiOperation>,
    ) -> bool {
        if !self.observer.allows(operation) {
            return false;
        }
        let authorization = request.headers().get(AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        let mut secrets = self.secrets();
        for secret in authorization.map_or_else(Vec::new, response_users::secrets) {
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        true
    }

    /// Passes a response to the observer, and returns it unchanged.
    pub(super) async fn observe(
        self,
        response: Response<WasiBody>,
        operation: ApiOperation,
    ) -> Response<WasiBody> {
        let (head, body) = response.into_parts();
        let body = match operation {
            ApiOperation::List => tee::tee(body, move |body| {
                let users = response_users::page(body, &self.secrets());
                self.observer.users_seen(users);
            }),
            ApiOperation::Get(_) => tee::tee(body, move |body| {
                let user = response_users::user(body, &self.secrets());
                self.observer.users_seen(user.into_iter().collect());
            }),
            ApiOperation::Suspend(_) | ApiOperation::Reactivate(_) => {
                let (read, body) = tee::read_ahead(body).await;
                let acknowledge = move || {
                    let user = read.and_then(|read| response_users::user(&read, &self.secrets()));
                    self.observer.change_acknowledged(&operation, user);
                };
                // A panic of the observer must not fail the component's request.
                tokio::task::spawn_blocking(acknowledge).await.ok();
                body
            }
        };
        Response::from_parts(head, body)
    }

    fn secrets(&self) -> MutexGuard<'_, Vec<String>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
