//! Prepares the descriptions that are part of the component: removes their white space, and takes those of the tools apart.

use std::{env, fs, path::Path};

use serde_json::{Value, json};

const OPENAPI: &str = "src/openapi.json";
const TOOLS: &str = "src/mcp/tools.json";
/// Roles of the tools. Each gets a file with the tools that need it, as items of an array without its brackets.
const ROLES: [&str; 2] = ["read", "contain"];

fn main() {
    write("openapi.json", &read(OPENAPI).to_string());
    let description = read(TOOLS);
    let mut server = description["server"].clone();
    server["version"] = env!("CARGO_PKG_VERSION").into();
    write("server_info.json", &server.to_string());
    let instructions = &description["instructions"];
    write(
        "about.json",
        &format!("\"capabilities\":{{\"tools\":{{}}}},\"instructions\":{instructions}"),
    );
    // In their order: a part that uses another one comes before it.
    let replacements: Vec<_> = items(&description, "definitions")
        .iter()
        .map(|definition| {
            let reference = json!({ "$ref": definition["name"] });
            (reference.to_string(), definition["schema"].to_string())
        })
        .collect();
    write("definitions.rs", &format!("{replacements:?}"));
    for role in ROLES {
        let tools = items(&description, "tools").iter();
        let of_role = tools.filter(|tool| tool["role"] == role);
        let texts: Vec<_> = of_role.map(|tool| without_role(tool).to_string()).collect();
        write(&format!("{role}_tools.json"), &texts.join(","));
    }
}

fn read(path: &str) -> Value {
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).expect("the description is readable");
    serde_json::from_str(&text).expect("the description is JSON")
}

fn items<'v>(description: &'v Value, name: &str) -> &'v [Value] {
    description[name].as_array().expect("it is an array")
}

fn write(name: &str, text: &str) {
    let directory = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&directory).join(name), text).expect("the description is writable");
}

fn without_role(tool: &Value) -> Value {
    let mut tool = tool.clone();
    if let Some(fields) = tool.as_object_mut() {
        fields.remove("role");
    }
    tool
}
