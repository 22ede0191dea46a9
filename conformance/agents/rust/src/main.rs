//! Plays a responder's work with the client of `rmcp`, against one face of the tools.
//!
//! ```text
//! onepassword-users-agents ERA stdio OP_USERS     starts `OP_USERS --simulator mcp`
//! onepassword-users-agents ERA http URL KEY       calls URL/mcp
//! ```
//!
//! ERA is `legacy`, which opens with `initialize`, or `auto`, which asks for the newest revision first. Prints one line, and fails if
//! anything is not as it should be.

use std::{
    env,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::{Context, Result, ensure};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ClientServiceExt, ErrorData, RoleClient,
    model::{
        CallToolRequestParams, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
        ElicitationAction, ElicitationCapability, Implementation, ProtocolVersion,
    },
    service::{RequestContext, RunningService},
    transport::{
        StreamableHttpClientTransport, TokioChildProcess,
        streamable_http_client::StreamableHttpClientTransportConfig,
    },
};
use serde_json::{Value, json};
use tokio::process::Command;

const USER: &str = "user0007@acme.example";

/// A client whose person declines the first question, and approves the others.
#[derive(Clone, Default)]
struct Person {
    asked: Arc<AtomicUsize>,
    can_be_asked: bool,
}

impl ClientHandler for Person {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        capabilities.elicitation = self.can_be_asked.then(ElicitationCapability::default);
        ClientConfig::new(capabilities, Implementation::new("rmcp", "1"))
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let ElicitRequestParams::FormElicitationParams { message, .. } = request else {
            return Ok(ElicitResult::new(ElicitationAction::Decline));
        };
        assert!(message.contains(USER), "{message}");
        let before = self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = json!({ "approve": before > 0 });
        Ok(ElicitResult::new(ElicitationAction::Accept).with_content(answer))
    }
}

struct Session(RunningService<RoleClient, Person>);

impl Session {
    async fn open(arguments: &[String], person: Person) -> Result<Self> {
        let [era, face, target, key @ ..] = arguments else {
            anyhow::bail!("usage: ERA stdio OP_USERS, or ERA http URL KEY");
        };
        let lifecycle = if era == "legacy" {
            ClientLifecycleMode::Initialize
        } else {
            ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            }
        };
        let running = if face == "stdio" {
            let mut command = Command::new(target);
            command.args(["--simulator", "mcp", "--allow-contain"]);
            let builder = TokioChildProcess::builder(command).stderr(Stdio::null());
            let (transport, _) = builder.spawn()?;
            person.serve_with_lifecycle(transport, lifecycle).await?
        } else {
            let key = key.first().context("a key")?;
            let config = StreamableHttpClientTransportConfig::with_uri(format!("{target}/mcp"))
                .auth_header(key.clone());
            let transport = StreamableHttpClientTransport::from_config(config);
            person.serve_with_lifecycle(transport, lifecycle).await?
        };
        Ok(Self(running))
    }

    async fn call(&self, tool: &'static str, arguments: Value) -> Result<Value> {
        let Value::Object(arguments) = arguments else {
            anyhow::bail!("arguments are an object");
        };
        let params = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.0.call_tool(params).await?;
        result.structured_content.context("structured content")
    }

    /// Plans a change, and carries it out. Returns the plan and the report.
    async fn change(&self, tool: &'static str) -> Result<(Value, Value)> {
        let dry_run = self
            .call(tool, json!({ "users": [USER], "dry_run": true }))
            .await?;
        let plan = dry_run["plan"]["digest"].clone();
        let report = self
            .call(tool, json!({ "users": [USER], "plan": plan }))
            .await?;
        Ok((plan, report))
    }

    async fn state(&self, id: &Value) -> Result<Value> {
        Ok(self.call("get_user", json!({ "id": id })).await?["user"]["state"].clone())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let session = Session::open(&arguments, Person::default()).await?;
    let tools = session.0.list_all_tools().await?;
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    ensure!(
        names[4..] == ["suspend_users", "reactivate_users"],
        "{names:?}"
    );
    let found = session.call("find_user", json!({ "email": USER })).await?;
    let id = &found["user"]["id"];
    let unplanned = session
        .call("suspend_users", json!({ "users": [USER] }))
        .await?;
    ensure!(unplanned["error"]["code"] == "plan-required", "{unplanned}");
    ensure!(session.state(id).await? == "active");
    let (plan, report) = session.change("suspend_users").await?;
    ensure!(report["outcomes"][0]["outcome"] == "changed", "{report}");
    ensure!(session.state(id).await? == "suspended");
    let again = session
        .call("suspend_users", json!({ "users": [USER], "plan": plan }))
        .await?;
    ensure!(again["error"]["code"] == "plan-used", "{again}");
    let (_, report) = session.change("reactivate_users").await?;
    ensure!(report["summary"]["changed"] == 1, "{report}");
    ensure!(session.state(id).await? == "active");
    session.0.cancel().await?;

    // Over HTTP and before 2026-07-28, the service cannot ask.
    let can_ask = arguments[0] != "legacy" || arguments[1] == "stdio";
    let person = Person {
        can_be_asked: true,
        ..Person::default()
    };
    let session = Session::open(&arguments, person.clone()).await?;
    let (_, mut report) = session.change("suspend_users").await?;
    if can_ask {
        ensure!(report["error"]["code"] == "declined", "{report}");
        (_, report) = session.change("suspend_users").await?;
    }
    ensure!(report["summary"]["changed"] == 1, "{report}");
    let (_, report) = session.change("reactivate_users").await?;
    ensure!(report["summary"]["changed"] == 1, "{report}");
    let asked = person.asked.load(Ordering::SeqCst);
    ensure!(asked == if can_ask { 3 } else { 0 }, "asked {asked} times");
    session.0.cancel().await?;
    println!("rmcp, {}, {}: ok", arguments[1], arguments[0]);
    Ok(())
}
