//! A host of the state machine: tells it events, and carries out its actions.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use onepassword_users_machine::Machine;
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::AbortHandle,
    time::{sleep, sleep_until},
};

/// Maximum size of a piece of a body, in bytes.
const MAX_PIECE: usize = 64 << 10;

/// Way in which a call is stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stop {
    /// Requests under way are cancelled.
    AtOnce,
    /// Requests under way are awaited.
    Drain,
}

/// A call that has ended.
#[derive(Debug, Default)]
pub(crate) struct EndedCall {
    pub result: Value,
    pub settled: Vec<Value>,
}

/// A line of an event, and the piece of a body after it.
type EventParts = (Value, Bytes);

/// The machine of one account, with its requests under way.
pub(crate) struct MachineHost {
    machine: Machine,
    origin: Instant,
    events: UnboundedReceiver<EventParts>,
    sender: UnboundedSender<EventParts>,
    requests: BTreeMap<u64, AbortHandle>,
    wake: Option<u64>,
    calls: BTreeMap<u64, EndedCall>,
    open: usize,
}

impl MachineHost {
    pub(crate) fn new(settings: &Value) -> Self {
        let (sender, events) = unbounded_channel();
        let mut host = Self {
            machine: Machine::new(),
            origin: Instant::now(),
            events,
            sender,
            requests: BTreeMap::new(),
            wake: None,
            calls: BTreeMap::new(),
            open: 0,
        };
        let configure = json!({"configure": {"from": {"settings": settings}, "seed": 1}});
        host.tell((configure, Bytes::new()));
        host
    }

    /// Starts calls together, and waits until all of them have ended.
    pub(crate) async fn run(&mut self, calls: Vec<(Value, Option<(u64, Stop)>)>) -> Vec<EndedCall> {
        self.calls.clear();
        self.open = calls.len();
        let mut timers = Vec::new();
        for (number, (operation, stop)) in (0_u64..).zip(calls) {
            let start = json!({"start": {"call": number, "operation": operation}});
            self.tell((start, Bytes::new()));
            if let Some((ms, stop)) = stop {
                let sender = self.sender.clone();
                let timer = tokio::spawn(async move {
                    sleep(Duration::from_millis(ms)).await;
                    let at_once = stop == Stop::AtOnce;
                    let event = json!({"stop": {"call": number, "atOnce": at_once}});
                    // Without a receiver the host has ended.
                    let _ = sender.send((event, Bytes::new()));
                });
                timers.push(timer);
            }
        }
        while self.open > 0 {
            let wake = self.wake.map(|ms| self.origin + Duration::from_millis(ms));
            let event = tokio::select! {
                Some(event) = self.events.recv() => event,
                () = sleep_until(wake.unwrap_or_else(far).into()), if wake.is_some() => (json!({"tick": {}}), Bytes::new()),
            };
            self.tell(event);
        }
        for timer in timers {
            timer.abort();
        }
        std::mem::take(&mut self.calls).into_values().collect()
    }

    /// Tells an event, with the time, and carries out the actions.
    fn tell(&mut self, (mut event, piece): EventParts) {
        for fields in event.as_object_mut().unwrap().values_mut() {
            fields["now"] = json!(self.origin.elapsed().as_secs_f64() * 1000.0);
        }
        let mut bytes = event.to_string().into_bytes();
        if event.get("answer").or(event.get("body")).is_some() {
            bytes.push(b'\n');
            bytes.extend_from_slice(&piece);
        }
        let actions: Value = serde_json::from_slice(&self.machine.event(&bytes)).unwrap();
        assert_eq!(actions.get("error"), None, "{event}");
        let list = |name: &str| actions[name].as_array().cloned().unwrap_or_default();
        for cancel in list("cancel") {
            if let Some(task) = self.requests.remove(&cancel["id"].as_u64().unwrap()) {
                task.abort();
            }
        }
        for request in list("send") {
            let sender = self.sender.clone();
            let id = request["id"].as_u64().unwrap();
            let task = tokio::spawn(send(request, sender)).abort_handle();
            self.requests.insert(id, task);
        }
        self.wake = actions["wake"].as_u64();
        for settled in list("settled") {
            let call = settled["call"].as_u64().unwrap();
            self.calls.entry(call).or_default().settled.push(settled);
        }
        for done in list("done") {
            let call = done["call"].as_u64().unwrap();
            self.calls.entry(call).or_default().result = done["result"].clone();
            self.open -= 1;
        }
    }
}

impl Drop for MachineHost {
    fn drop(&mut self) {
        for task in self.requests.values() {
            task.abort();
        }
    }
}

fn far() -> Instant {
    Instant::now() + Duration::from_secs(3600)
}

/// Sends a request over a connection of its own, and tells what becomes of it.
async fn send(request: Value, sender: UnboundedSender<EventParts>) {
    let id = &request["id"];
    if let Err((is_possibly_sent, detail)) = exchange(&request, &sender).await {
        let fail = json!({"fail": {"request": id, "kind": "connection", "possiblySent": is_possibly_sent, "detail": detail}});
        let _ = sender.send((fail, Bytes::new()));
    }
}

async fn exchange(
    request: &Value,
    sender: &UnboundedSender<EventParts>,
) -> Result<(), (bool, String)> {
    let url: hyper::Uri = request["url"].as_str().unwrap().parse().unwrap();
    let authority = url.authority().unwrap().as_str().to_owned();
    let stream = TcpStream::connect(&authority)
        .await
        .map_err(|error| (false, error.to_string()))?;
    let sent = |error: hyper::Error| (true, error.to_string());
    let (mut connection, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(sent)?;
    // Ends with the request, which holds the other half.
    tokio::spawn(driver);
    let mut builder = Request::builder()
        .method(request["method"].as_str().unwrap())
        .uri(url.path_and_query().unwrap().as_str())
        .header("host", &authority);
    for (name, value) in request["headers"].as_object().unwrap() {
        builder = builder.header(name, value.as_str().unwrap());
    }
    let body = request["body"].as_str().unwrap_or_default().to_owned();
    if request["method"] == "POST" {
        builder = builder.header("content-length", body.len());
    }
    let outgoing = builder.body(Full::new(Bytes::from(body))).unwrap();
    let response = connection.send_request(outgoing).await.map_err(sent)?;
    let mut answer =
        json!({"request": request["id"], "status": response.status().as_u16(), "more": true});
    for (header, field) in [
        ("retry-after", "retryAfter"),
        ("date", "date"),
        ("content-length", "contentLength"),
    ] {
        if let Some(value) = response.headers().get(header) {
            answer[field] = json!(value.to_str().unwrap_or_default());
        }
    }
    let _ = sender.send((json!({"answer": answer}), Bytes::new()));
    let mut body = response.into_body();
    while let Some(frame) = body.frame().await {
        let data = frame.map_err(sent)?.into_data().unwrap_or_default();
        for piece in data.chunks(MAX_PIECE) {
            let event = json!({"body": {"request": request["id"], "more": true}});
            let _ = sender.send((event, Bytes::copy_from_slice(piece)));
        }
    }
    let end = json!({"body": {"request": request["id"], "more": false}});
    let _ = sender.send((end, Bytes::new()));
    Ok(())
}
