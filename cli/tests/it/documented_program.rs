//! The program in Python that the documentation shows, against a simulator.

use std::{env, os::unix::fs::symlink, process::Command};

use simulator::{Action, Endpoint, Fault};

use super::{
    documentation::block,
    process::{op_users_at, run, simulator},
};

#[tokio::test]
async fn the_documented_program_branches_on_the_exit_status() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    symlink(
        env!("CARGO_BIN_EXE_op-users"),
        folder.path().join("op-users"),
    )
    .expect("a link");
    let program = block("docs/cli.md", "example: job.py");
    let busy = Fault::new(Action::json(503, "{}"))
        .on(Endpoint::Suspend)
        .always();
    for (users, is_busy, printed) in [
        ("'user0003@acme.example'", false, ""),
        (
            "'user0003@acme.example', 'absent@acme.example'",
            false,
            "absent@acme.example not-found not-applied\nfailed: {",
        ),
        (
            "'user0004@acme.example'",
            true,
            "user0004@acme.example unavailable possibly-applied\ntry again later\n",
        ),
    ] {
        if is_busy {
            simulator.fault(busy.clone());
        }
        let there = op_users_at(&simulator, &[]);
        let mut python = Command::new("python3");
        python.args(["-c", &format!("users = [{users}]\n{program}")]);
        for (name, value) in there.get_envs() {
            match value {
                Some(value) => python.env(name, value),
                None => python.env_remove(name),
            };
        }
        let others = env::var("PATH").unwrap_or_default();
        python.env("PATH", format!("{}:{others}", folder.path().display()));
        let ended = run(python).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        if printed.is_empty() {
            assert_eq!(ended.stdout, "", "{ended:?}");
        } else {
            assert!(ended.stdout.starts_with(printed), "{ended:?}");
        }
    }
}
