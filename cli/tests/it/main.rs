//! Tests of `op-users` as a process: output, exit status, and requests to a simulator.

mod audit_table;
mod bulk;
mod compiled_folder;
mod demo;
mod documentation;
#[cfg(unix)]
mod documented_program;
mod errors;
#[cfg(unix)]
mod help;
mod hostile_text;
mod list;
mod list_csv;
mod list_options;
#[cfg(target_os = "linux")]
mod list_stream;
mod mcp;
mod network;
#[cfg(target_os = "linux")]
mod nightly_job;
mod no_secrets;
mod process;
#[cfg(unix)]
mod process_limits;
#[cfg(unix)]
mod prove;
mod serve;
#[cfg(unix)]
mod serve_evidence;
#[cfg(unix)]
mod serve_verbose;
mod settings;
mod siem;
#[cfg(unix)]
mod standard_output;
#[cfg(unix)]
mod suspend_prompt;
mod teams;
#[cfg(unix)]
mod terminal;
mod usage;
#[cfg(unix)]
mod written_files;
