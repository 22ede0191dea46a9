//! The lines for configuration files of agents, in the pages: each starts the command, and gets the tools that read.

use serde_json::{Value, json};

use super::AgentProcess;
use crate::{documentation::block, process::op_users};

/// Names of the object with the servers, by file: `.mcp.json` of Claude Code, and `.vscode/mcp.json` of VS Code.
const FILES: [&str; 2] = ["mcpServers", "servers"];

#[tokio::test]
async fn lines_for_configuration_files_start_the_command() {
    let shown = block("README.md", "agents");
    assert_eq!(shown, block("docs/agents.md", "agents"));
    let lines: Vec<Value> = shown
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), FILES.len());
    for (line, servers) in lines.iter().zip(FILES) {
        let servers = line[servers].as_object().expect("servers");
        let (_, server) = servers.iter().next().expect("a server");
        assert_eq!(server["command"], "op-users");
        let arguments = server["args"].as_array().expect("arguments");
        let arguments: Vec<_> = arguments.iter().filter_map(Value::as_str).collect();
        let mut agent = AgentProcess::start(op_users(&arguments));
        agent.open(&json!({})).await;
        let tools = agent.ask("tools/list", &json!({})).await;
        assert_eq!(tools["result"]["tools"].as_array().map(Vec::len), Some(4));
        let page = agent.call("list_users", &json!({ "page_size": 1 })).await;
        assert_eq!(page["isError"], false, "{page}");
        assert_eq!(agent.end().await.0, 0);
    }
}
