//! The command `mcp`, as an agent uses it.

mod changes;
mod pages;
mod questions;
mod session;
mod settings;

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use simulator::Simulator;
use tokio::{sync::mpsc, time::timeout};

use super::process::op_users_at;

const USER: &str = "user0007@acme.example";
/// Maximum time for one answer.
const MAX_WAIT: Duration = Duration::from_secs(60);

/// An agent that started the command.
pub(crate) struct AgentProcess {
    child: Child,
    input: Option<ChildStdin>,
    lines: mpsc::UnboundedReceiver<String>,
    next_id: u64,
}

impl AgentProcess {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = mpsc::unbounded_channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            lines,
            next_id: 0,
        }
    }

    /// Starts the command at a simulator.
    pub(crate) fn at(simulator: &Simulator, more: &[&str]) -> Self {
        let arguments = [&["mcp"], more].concat();
        Self::start(op_users_at(simulator, &arguments))
    }

    /// Writes a line.
    pub(crate) fn write(&mut self, line: &str) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(line.as_bytes()).expect("it is taken");
        input.write_all(b"\n").expect("it is taken");
    }

    /// The next message.
    pub(crate) async fn read(&mut self) -> Value {
        let line = timeout(MAX_WAIT, self.lines.recv()).await;
        let line = line.expect("an answer in time").expect("an answer");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line}"))
    }

    /// Sends a request of an earlier revision. Returns its id.
    pub(crate) fn send(&mut self, method: &str, params: &Value) -> u64 {
        self.next_id += 1;
        let request =
            json!({ "jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params });
        self.write(&request.to_string());
        self.next_id
    }

    /// Sends a request, and returns the answer, which must be the next message.
    pub(crate) async fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.send(method, params);
        let answer = self.read().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    /// Opens a session with these capabilities.
    pub(crate) async fn open(&mut self, capabilities: &Value) {
        let params = json!({
            "protocolVersion": "2025-11-25",
            "capabilities": capabilities,
            "clientInfo": { "name": "test", "version": "1" },
        });
        let answer = self.ask("initialize", &params).await;
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
        self.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
    }

    /// Calls a tool. Returns the result.
    pub(crate) async fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        self.ask("tools/call", &params).await["result"].clone()
    }

    /// Makes a plan for [`USER`], and returns the arguments that carry it out.
    pub(crate) async fn plan(&mut self, tool: &str) -> Value {
        let result = self
            .call(tool, &json!({ "users": [USER], "dry_run": true }))
            .await;
        let digest = &result["structuredContent"]["plan"]["digest"];
        assert!(digest.is_string(), "{result}");
        json!({ "users": [USER], "plan": digest })
    }

    /// Closes standard input, and waits for the end. Returns the status, further messages, and standard error.
    pub(crate) async fn end(mut self) -> (i32, Vec<Value>, String) {
        self.input = None;
        self.wait().await
    }

    /// Waits for the end.
    pub(crate) async fn wait(mut self) -> (i32, Vec<Value>, String) {
        let mut stderr = self.child.stderr.take().expect("it is piped");
        let mut child = self.child;
        let ended = tokio::task::spawn_blocking(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("UTF-8");
            (child.wait().expect("it ends"), text)
        });
        let (status, text) = timeout(MAX_WAIT, ended)
            .await
            .expect("in time")
            .expect("no panic");
        let mut messages = Vec::new();
        while let Some(line) = self.lines.recv().await {
            messages.push(serde_json::from_str(&line).expect("JSON"));
        }
        (status.code().unwrap_or(-1), messages, text)
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status();
        assert!(sent.expect("kill is there").success());
    }
}

/// Code of the error in a result.
fn code(result: &Value) -> &str {
    let code = &result["structuredContent"]["error"]["code"];
    code.as_str().unwrap_or_else(|| panic!("{result}"))
}
