//! The agent that started this process: its messages go to the service, and the answers back.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use host::Service;
use http::{HeaderValue, Request};
use serde_json::{Value, json};
use tokio::{
    select,
    task::{AbortHandle, JoinSet},
    time::timeout,
};

use super::{
    elicitation::Questions,
    lines::{self, Line, OutputLines, Writer},
    message::{Message, can_ask},
};
use crate::{
    commands::service::ShutdownSignals,
    output::{printable::printable, stderr},
};

/// Maximum number of requests that are not answered yet.
const MAX_PENDING: usize = 256;
/// Number of times that the person is asked about one change, if the answer is none.
const MAX_QUESTIONS: usize = 3;
const INVALID_REQUEST: i32 = -32600;
const INTERNAL_ERROR: i32 = -32603;
/// Revision whose results can ask a question.
const STATELESS_REVISION: &str = "2026-07-28";

/// The agent.
pub(super) struct Agent {
    shared: Arc<Shared>,
}

/// State that all requests share.
struct Shared {
    service: Service,
    /// Key of the agent, for the service.
    key: String,
    /// True if the agent opened a session, and its program can ask its person.
    can_ask: AtomicBool,
    questions: Questions,
}

/// A request that is not answered yet.
struct Pending {
    id: Option<Value>,
    abort: AbortHandle,
    /// True if it may change users, and must not be ended.
    is_change: bool,
    /// True if the agent does not wait for the answer.
    is_cancelled: Arc<AtomicBool>,
}

/// Requests that are not answered yet, by numbers of their own: an agent could use an id twice.
#[derive(Default)]
struct PendingRequests {
    tasks: JoinSet<u64>,
    by_number: HashMap<u64, Pending>,
    started: u64,
}

impl Agent {
    pub(super) fn new(service: Service, key: String) -> Self {
        let shared = Shared {
            service,
            key,
            can_ask: AtomicBool::new(false),
            questions: Questions::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Answers messages until standard input or output ends, or a signal arrives. Requests that change users are carried out to
    /// their ends: false if they took longer than `max_wait`, and were ended.
    pub(super) async fn serve(self, mut signals: ShutdownSignals, max_wait: Duration) -> bool {
        let mut lines = lines::read();
        let mut output = OutputLines::start();
        let writer = output.writer();
        let mut pending = PendingRequests::default();
        let is_left = loop {
            select! {
                line = lines.recv() => match line {
                    Some(line) => self.handle(line, &mut pending, &writer),
                    None => break false,
                },
                Some(ended) = pending.tasks.join_next() => pending.remove(ended.ok()),
                () = signals.next() => break true,
                () = output.closed() => break true,
            }
        };
        self.shared.questions.close();
        if is_left {
            pending.abort_reads();
        }
        let has_ended = select! {
            ended = timeout(max_wait, pending.finish()) => ended.is_ok(),
            () = signals.next() => pending.is_without_changes(),
        };
        drop(pending);
        drop(writer);
        output.finish();
        has_ended
    }

    /// Handles a message: at once, or in a task.
    fn handle(&self, line: Line, pending: &mut PendingRequests, writer: &Writer) {
        let Line::Message(line) = line else {
            writer.write(error(
                None,
                INVALID_REQUEST,
                "Invalid Request: the message is larger than 1 MiB",
            ));
            return;
        };
        if line.trim_ascii().is_empty() {
            return;
        }
        let message = Message::parse(&line);
        if self.shared.questions.take(&message) {
            return;
        }
        match message.method.as_deref() {
            Some("notifications/cancelled") => {
                pending.cancel(message.params.request_id.as_ref());
                return;
            }
            Some("initialize") => {
                let capabilities = message.params.capabilities.as_ref();
                let can_ask = capabilities.is_some_and(can_ask);
                self.shared.can_ask.store(can_ask, Ordering::Relaxed);
            }
            _ => {}
        }
        let id = message.id();
        if pending.tasks.len() >= MAX_PENDING {
            writer.write(error(
                id,
                INTERNAL_ERROR,
                "too many requests are not answered yet; nothing was changed",
            ));
            return;
        }
        let is_change = message.has_plan();
        let is_cancelled = Arc::new(AtomicBool::new(false));
        pending.started += 1;
        let number = pending.started;
        let task = answer_and_write(
            Arc::clone(&self.shared),
            line,
            writer.clone(),
            Arc::clone(&is_cancelled),
            number,
        );
        let abort = pending.tasks.spawn(task);
        let request = Pending {
            id,
            abort,
            is_change,
            is_cancelled,
        };
        pending.by_number.insert(number, request);
    }
}

impl PendingRequests {
    /// Forgets a request that has ended.
    fn remove(&mut self, number: Option<u64>) {
        if let Some(number) = number {
            self.by_number.remove(&number);
        }
        self.by_number
            .retain(|_, pending| !pending.abort.is_finished());
    }

    /// Ends a request whose answer the agent does not wait for. A change is carried out to its end, so that its outcome is known.
    fn cancel(&mut self, id: Option<&Value>) {
        let requests = self.by_number.values();
        for pending in requests.filter(|pending| id.is_some() && pending.id.as_ref() == id) {
            pending.is_cancelled.store(true, Ordering::Relaxed);
            if !pending.is_change {
                pending.abort.abort();
            }
        }
    }

    fn abort_reads(&self) {
        for pending in self.by_number.values().filter(|pending| !pending.is_change) {
            pending.abort.abort();
        }
    }

    /// True if no request that may change users is under way.
    fn is_without_changes(&self) -> bool {
        let mut changes = self.by_number.values().filter(|pending| pending.is_change);
        changes.all(|pending| pending.abort.is_finished())
    }

    /// Waits for the ends of all requests.
    async fn finish(&mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Answers a request, and writes the answer. Returns the number of the request.
async fn answer_and_write(
    shared: Arc<Shared>,
    line: Vec<u8>,
    writer: Writer,
    is_cancelled: Arc<AtomicBool>,
    number: u64,
) -> u64 {
    let message = Message::parse(&line);
    let is_session = message.revision().is_none();
    let answer = if is_session && message.has_plan() && shared.can_ask.load(Ordering::Relaxed) {
        shared.answer_with_questions(&line, &message, &writer).await
    } else {
        shared.answer(&line, &message).await
    };
    let Some(answer) = answer else {
        return number;
    };
    let is_written = !is_cancelled.load(Ordering::Relaxed) && writer.write(answer.clone());
    if !is_written && message.has_plan() {
        stderr::print_line(format!(
            "warning: the agent did not wait for the answer to a change, which was: {}",
            printable(&answer)
        ));
    }
    number
}

impl Shared {
    /// Answers a message. None for a notification.
    async fn answer(&self, line: &[u8], message: &Message<'_>) -> Option<String> {
        let mut request = Request::post("/mcp")
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.key));
        if let (Some(revision), Some(method)) = (message.revision(), &message.method) {
            // On this transport there are no headers that could differ from the message.
            let name = message.params.name.as_ref().and_then(Value::as_str);
            for (header, value) in [
                ("mcp-protocol-version", Some(revision.to_owned())),
                ("mcp-method", Some(method.clone())),
                ("mcp-name", name.map(encoded)),
            ] {
                let value = value.and_then(|value| HeaderValue::from_str(&value).ok());
                if let Some(value) = value {
                    request = request.header(header, value);
                }
            }
        }
        let response = match request.body(line.to_vec()) {
            Ok(request) => self.service.handle_whole(request).await.ok(),
            Err(_) => None,
        };
        let id = message.id();
        let Some(response) = response else {
            let detail = if message.has_plan() {
                "the component failed; a change may have been made"
            } else {
                "the component failed"
            };
            return Some(error(id, INTERNAL_ERROR, detail));
        };
        let body = response.response.into_body();
        if body.is_empty() {
            return None;
        }
        let is_message = body.starts_with(b"{\"jsonrpc\"");
        let text = String::from_utf8_lossy(&body);
        if is_message && (id.is_none() || !text.starts_with("{\"jsonrpc\":\"2.0\",\"error\"")) {
            return Some(text.into_owned());
        }
        // The service found something wrong before it read the id, or before it read a message at all.
        let answer: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = ["/error/message", "/detail"]
            .into_iter()
            .find_map(|pointer| answer.pointer(pointer)?.as_str())
            .unwrap_or("the service gave no answer");
        let code = answer.pointer("/error/code").and_then(Value::as_i64);
        let code = code.and_then(|code| i32::try_from(code).ok());
        Some(error(id, code.unwrap_or(INTERNAL_ERROR), detail))
    }

    /// Answers a call of a client that opened a session, and asks its person if the result asks a question.
    async fn answer_with_questions(
        &self,
        line: &[u8],
        message: &Message<'_>,
        writer: &Writer,
    ) -> Option<String> {
        let Ok(mut call) = serde_json::from_slice::<Value>(line) else {
            return self.answer(line, message).await;
        };
        let Some(params) = call.get_mut("params").and_then(Value::as_object_mut) else {
            return self.answer(line, message).await;
        };
        let meta = params.entry("_meta").or_insert_with(|| json!({}));
        let Some(meta) = meta.as_object_mut() else {
            return self.answer(line, message).await;
        };
        for (field, value) in [
            ("protocolVersion", json!(STATELESS_REVISION)),
            (
                "clientCapabilities",
                json!({ "elicitation": { "form": {} } }),
            ),
        ] {
            meta.insert(format!("io.modelcontextprotocol/{field}"), value);
        }
        for round in 0..=MAX_QUESTIONS {
            let line = call.to_string();
            let answer = self
                .answer(line.as_bytes(), &Message::parse(line.as_bytes()))
                .await?;
            let mut parsed: Value = serde_json::from_str(&answer).unwrap_or_default();
            let Some(result) = parsed.get_mut("result").and_then(Value::as_object_mut) else {
                return Some(answer);
            };
            let result_type = result.remove("resultType");
            if result_type.as_ref().and_then(Value::as_str) != Some("input_required") {
                return Some(parsed.to_string());
            }
            let mut answers = json!({});
            if let Some(Value::Object(questions)) = result.get("inputRequests") {
                for (name, question) in questions {
                    // A client that gives no answer has declined in the end.
                    answers[name] = if round == MAX_QUESTIONS - 1 {
                        json!({ "action": "cancel" })
                    } else {
                        self.questions.ask(writer, &question["params"]).await
                    };
                }
            }
            call["params"]["inputResponses"] = answers;
            call["params"]["requestState"] = result.remove("requestState").unwrap_or_default();
        }
        Some(error(
            message.id(),
            INTERNAL_ERROR,
            "the person was not asked; nothing was changed",
        ))
    }
}

/// A name as the value of a header (revision 2026-07-28, Streamable HTTP, Value Encoding).
fn encoded(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_graphic();
    if name.chars().all(is_plain) && !name.starts_with("=?base64?") {
        name.to_owned()
    } else {
        format!("=?base64?{}?=", BASE64_STANDARD.encode(name))
    }
}

/// An error of the protocol, as a line.
fn error(id: Option<Value>, code: i32, message: &str) -> String {
    let mut error = json!({
        "jsonrpc": "2.0",
        "error": { "code": code, "message": message },
    });
    if let Some(id) = id {
        error["id"] = id;
    }
    error.to_string()
}
