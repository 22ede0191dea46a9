//! A wire that is watched: what goes out is asked for first, what comes back is shown, but no secret.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::{Request, Response, header::AUTHORIZATION};
use wasmtime_wasi_http::WasiBody;

use super::{
    observer::{Operation, Watch},
    response_users, tee,
};

/// Somebody who watches, and what must not be shown to them.
#[derive(Clone)]
pub(crate) struct Watched {
    watch: Arc<dyn Watch>,
    /// Every secret that the instance has sent.
    secrets: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    pub fn new(watch: Arc<dyn Watch>) -> Self {
        Self {
            watch,
            secrets: Arc::default(),
        }
    }

    /// Whether a request may go out.
    pub fn admits(&self, request: &Request<WasiBody>, operation: Option<&Operation>) -> bool {
        if !self.watch.admits(operation) {
            return false;
        }
        let sent = request.headers().get(AUTHORIZATION);
        let sent = sent.and_then(|value| value.to_str().ok());
        let mut secrets = self.secrets();
        for secret in sent.map_or_else(Vec::new, response_users::secrets) {
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        true
    }

    /// Shows an answer of the API, which is handed on as it came.
    pub async fn show(
        self,
        response: Response<WasiBody>,
        operation: Operation,
    ) -> Response<WasiBody> {
        let (head, body) = response.into_parts();
        let body = match operation {
            Operation::List => tee::overheard(body, move |body| {
                let users = response_users::page(body, &self.secrets());
                self.watch.shown(users);
            }),
            Operation::Get(_) => tee::overheard(body, move |body| {
                let user = response_users::user(body, &self.secrets());
                self.watch.shown(user.into_iter().collect());
            }),
            Operation::Suspend(_) | Operation::Reactivate(_) => {
                let (read, body) = tee::read_ahead(body).await;
                let acknowledge = move || {
                    let user = read.and_then(|read| response_users::user(&read, &self.secrets()));
                    self.watch.acknowledged(&operation, user);
                };
                // A panic of whoever watches is none of the component's business.
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
