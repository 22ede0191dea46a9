//! A list while it is read: memory, a reader who leaves, progress at a terminal.

use std::{
    fs,
    io::Read,
    process::{Command, Stdio},
    time::Duration,
};

use simulator::{Action, Endpoint, Fault, Simulator};

use super::process::{op_users_at, run, run_at_terminal, run_with_closed_stdout};

/// Maximum growth of a list's memory between 10,000 and 100,000 users, in KiB: a tenth of what 90,000 users take.
const MAX_GROWTH: u64 = 4096;

async fn simulator_of(users: usize) -> Simulator {
    let builder = Simulator::builder().users(users).seed(1);
    builder.start().await.expect("a simulator starts")
}

/// Peak memory in KiB of a command that has written almost all of its output.
fn peak_memory(mut command: Command, lines: usize) -> u64 {
    command.stdout(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    let mut output = child.stdout.take().expect("a pipe");
    let mut part = vec![0; 16384];
    let mut seen = 0;
    // The rest is more than a pipe holds, so that the command still runs.
    while seen < lines - 900 {
        let read = output.read(&mut part).expect("output");
        assert_ne!(read, 0, "the output ended after {seen} lines");
        seen += part[..read].iter().filter(|byte| **byte == b'\n').count();
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a process");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next())
        .expect("a peak");
    let peak = peak.parse().expect("a number");
    output.read_to_end(&mut Vec::new()).expect("output");
    assert!(child.wait().expect("it ends").success());
    peak
}

#[tokio::test]
async fn memory_does_not_grow_with_the_list() {
    for (options, many) in [
        (&["list", "--json"][..], 100_000),
        (&["list"], 40_000),
        (&["list", "--csv"], 40_000),
    ] {
        let mut peaks = Vec::new();
        for users in [10_000, many] {
            let simulator = simulator_of(users).await;
            let command = op_users_at(&simulator, options);
            let peak = tokio::task::spawn_blocking(move || peak_memory(command, users));
            peaks.push(peak.await.expect("a peak"));
        }
        println!("{options:?}: {peaks:?} KiB");
        assert!(peaks[1] < peaks[0] + MAX_GROWTH, "{options:?}: {peaks:?}");
    }
}

#[tokio::test]
async fn a_reader_who_leaves_ends_the_reading() {
    let simulator = simulator_of(2000).await;
    let command = op_users_at(&simulator, &["list", "--all", "--page-size", "20"]);
    let ended = run_with_closed_stdout(command).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    assert_eq!(simulator.requests().len(), 2);
}

#[tokio::test]
async fn a_terminal_shows_the_number_of_users_read() {
    let simulator = simulator_of(2500).await;
    let slow = Fault::new(Action::Delay(Duration::from_millis(700)));
    simulator.fault(slow.on(Endpoint::List).always());
    let command = op_users_at(&simulator, &["list", "--count"]);
    let (status, text) = run_at_terminal(command, 24, 80).await;
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("waiting for the server"), "{text}");
    assert!(text.contains("2000 users read"), "{text}");
    assert!(text.ends_with("2500\n"), "{text:?}");
    // No progress without a terminal.
    let ended = run(op_users_at(&simulator, &["list", "--count"])).await;
    assert_eq!(ended.stderr, "");
}
