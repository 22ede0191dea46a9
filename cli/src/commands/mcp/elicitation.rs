//! Questions to the person of a client that opened a session: revisions until 2025-11-25 send a request to the client, where later
//! ones put the question into the result.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::oneshot, time::timeout};

use super::{lines::Writer, message::Message};

/// Prefix of the ids of questions.
const ID_PREFIX: &str = "op-users-question-";
/// Maximum time for an answer: as long as the plan holds that it is about.
const MAX_WAIT: Duration = Duration::from_secs(10 * 60);

/// Questions that are not answered yet.
#[derive(Default)]
pub(super) struct Questions(Mutex<OpenQuestions>);

#[derive(Default)]
struct OpenQuestions {
    asked: u64,
    open: HashMap<String, oneshot::Sender<Value>>,
    is_closed: bool,
}

impl Questions {
    /// Asks the client's person, and returns the answer. It is `cancel` if there is none.
    pub(super) async fn ask(&self, writer: &Writer, question: &Value) -> Value {
        let cancelled = || json!({ "action": "cancel" });
        let (sender, answer) = oneshot::channel();
        let id = {
            let mut questions = self.lock();
            if questions.is_closed {
                return cancelled();
            }
            questions.asked += 1;
            let id = format!("{ID_PREFIX}{}", questions.asked);
            questions.open.insert(id.clone(), sender);
            id
        };
        let mut params = question.clone();
        if let Some(params) = params.as_object_mut() {
            // Unknown before 2025-11-25, and the default since.
            params.remove("mode");
        }
        let request = json!({
            "jsonrpc": "2.0",
            "id": id,
            "method": "elicitation/create",
            "params": params,
        });
        if !writer.write(request.to_string()) {
            return cancelled();
        }
        let answered = timeout(MAX_WAIT, answer).await;
        self.lock().open.remove(&id);
        match answered {
            Ok(Ok(answer)) => answer,
            _ => cancelled(),
        }
    }

    /// Takes a message if it answers a question.
    pub(super) fn take(&self, message: &Message<'_>) -> bool {
        if message.method.is_some() {
            return false;
        }
        let Some(Value::String(id)) = message.id() else {
            return false;
        };
        if !id.starts_with(ID_PREFIX) {
            return false;
        }
        if let Some(sender) = self.lock().open.remove(&id) {
            let declined = || json!({ "action": "cancel" });
            // Fails if the wait for it has ended.
            sender
                .send(message.result.clone().unwrap_or_else(declined))
                .ok();
        }
        true
    }

    /// Ends all questions without an answer, and those that follow: the client is gone.
    pub(super) fn close(&self) {
        let mut questions = self.lock();
        questions.is_closed = true;
        drop(mem::take(&mut questions.open));
    }

    fn lock(&self) -> MutexGuard<'_, OpenQuestions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
