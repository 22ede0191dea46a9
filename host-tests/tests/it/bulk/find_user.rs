//! `find-user`: look-up by e-mail address.

use std::time::{Duration, Instant};

use host::{ErrorCode, UserState};
use host_tests::{Harness, by_id, unguarded};
use simulator::{Action, Endpoint, Fault};

use super::{account_check::count_requests, interleave::interleave};

#[tokio::test]
async fn find_user_returns_the_user_of_the_account() {
    let mut harness = Harness::new().await;
    let member = harness.member();
    let user = harness.find(&member.email).await.unwrap();
    assert_eq!(user.id, member.id);
    assert_eq!(user.email, member.email);
    assert_eq!(user.display_name, member.display_name);
    assert_eq!(user.state, UserState::Active);
    assert_eq!(user.create_time, member.create_time);
    assert_eq!(user.path, member.path);
}

#[tokio::test]
async fn letter_case_and_surrounding_space_are_ignored() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    for (stored, searched) in [
        ("wendy@acme.example", "  Wendy@ACME.Example\t"),
        (" WENDY@acme.Example ", "wendy@acme.example"),
        ("ÉLODIE@bücher.example", "élodie@BÜCHER.example"),
    ] {
        harness.simulator.set_email(&id, stored);
        let user = harness.find(searched).await.unwrap();
        assert_eq!((user.id, user.email), (id.clone(), stored.to_owned()));
    }
}

#[tokio::test]
async fn a_part_of_an_address_is_not_found() {
    let mut harness = Harness::new().await;
    let email = harness.member().email;
    for other in [
        &email[1..],
        &email[..email.len() - 1],
        &format!("{email}.example"),
        &email.replace('@', "+x@"),
        &email.replace('@', "@x."),
    ] {
        let error = harness.find(other).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotFound, "{other}");
        // The list was read, so that no response was an error.
        assert_eq!(error.status, None);
        assert!(error.message.starts_with("find-user: "), "{error:?}");
    }
}

#[tokio::test]
async fn a_malformed_address_is_rejected_before_any_request() {
    let mut harness = Harness::new().await;
    for wrong in ["", "  ", "wendy", "a@b\n.example", &"x@y".repeat(400)] {
        let error = harness.find(wrong).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{wrong}");
        assert_eq!(error.requests, 0);
    }
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_shared_address_is_ambiguous_with_both_ids() {
    let mut harness = Harness::with(|builder| builder.users(1500), &[]).await;
    let users = harness.simulator.users();
    // The two users are on different pages.
    let (one, other) = (&users[3], &users[1400]);
    harness.simulator.set_email(&other.id, &one.email);
    let error = harness.find(&one.email).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Ambiguous);
    assert_eq!(error.candidates, [one.id.clone(), other.id.clone()]);
    assert!(error.hint.is_some());

    let report = harness.suspend_all(&[by_id(&other.id)], &unguarded()).await;
    assert_eq!(report.unwrap().targets.len(), 1);
}

#[tokio::test]
async fn an_ambiguous_error_has_the_first_eight_candidates() {
    let mut harness = Harness::new().await;
    let users = harness.simulator.users();
    for user in &users[..20] {
        harness.simulator.set_email(&user.id, "shared@acme.example");
    }
    let error = harness.find("shared@acme.example").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Ambiguous);
    let first_ids = users.into_iter().take(8).map(|user| user.id);
    assert!(error.candidates.into_iter().eq(first_ids));
}

#[tokio::test]
async fn an_ambiguous_error_has_no_control_characters() {
    let mut harness = Harness::new().await;
    let member = harness.member();
    for index in 0..30 {
        let twin = simulator::User {
            id: format!("\u{1b}[31m{index:02}\n{}", "x".repeat(200)),
            ..member.clone()
        };
        harness.simulator.insert_user(0, twin);
    }
    let error = harness.find(&member.email).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Ambiguous);
    assert!(error.message.len() < 1000, "{}", error.message.len());
    assert!(!error.message.contains(char::is_control));
    // No call accepts the other ids.
    assert_eq!(error.candidates, [member.id]);
}

#[tokio::test]
async fn every_page_is_read_even_after_a_match() {
    let mut harness = Harness::with(|builder| builder.users(3500), &[]).await;
    let owner = harness.simulator.owner();
    harness.find(&owner.email).await.unwrap();
    assert_eq!(count_requests(&harness.simulator, Endpoint::List), 4);
    assert_eq!(harness.simulator.requests().len(), 5);
}

#[tokio::test]
async fn a_user_on_two_pages_is_not_ambiguous() {
    let mut harness = Harness::with(|builder| builder.users(1500), &[]).await;
    let last_of_the_first_page = harness.simulator.users()[999].clone();
    let mut newcomer = harness.member();
    newcomer.id = "NEWCOMER".to_owned();
    let second_page = Fault::new(Action::Hold).on(Endpoint::List).skip(1);
    harness.simulator.fault(second_page);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let found = interleave(
        instance.find_user(&last_of_the_first_page.email, None),
        async {
            simulator.held(1).await;
            simulator.insert_user(0, newcomer);
            simulator.release();
        },
    );
    let found = found.await.unwrap().unwrap();
    assert_eq!(found.id, last_of_the_first_page.id);
    // The last user of the first page is also the first user of the second page.
    assert_eq!(simulator.users()[1000].id, found.id);
}

#[tokio::test]
async fn a_page_that_fails_fails_the_look_up() {
    for (action, code) in [
        (Action::status(403), ErrorCode::Other),
        (Action::json(200, "<html>"), ErrorCode::MalformedResponse),
        (Action::json(400, "{}"), ErrorCode::Other),
        (Action::status(501), ErrorCode::Unavailable),
    ] {
        let mut harness = Harness::with(|builder| builder.users(1500), &[]).await;
        // The user is on the first page; the second page fails.
        let email = harness.member().email;
        let fault = Fault::new(action).on(Endpoint::List).skip(1);
        harness.simulator.fault(fault);
        let error = harness.find(&email).await.unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(error.requests, 3);
        assert!(harness.find(&email).await.is_ok());
    }
}

#[tokio::test]
async fn a_cycle_of_page_tokens_is_a_malformed_response() {
    let mut harness = Harness::new().await;
    let names = ["one", "two", "three"];
    for at in 0..30 {
        let next = names[at % names.len()];
        let page = Action::json(200, format!(r#"{{"next_page_token":"{next}"}}"#));
        let fault = Fault::new(page).on(Endpoint::List);
        harness.simulator.fault(fault);
    }
    let error = harness.find("wendy@acme.example").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert!(harness.simulator.requests().len() < 15);
}

#[tokio::test]
async fn a_deadline_of_find_user_replaces_that_of_the_settings() {
    let mut harness = Harness::new().await;
    let email = harness.member().email;
    let fault = Fault::new(Action::Hang).on(Endpoint::List).always();
    harness.simulator.fault(fault);
    let start = Instant::now();
    let result = harness.instance.find_user(&email, Some(500)).await.unwrap();
    let elapsed = start.elapsed();
    assert_eq!(result.unwrap_err().code, ErrorCode::TimedOut);
    // The settings allow 30 seconds.
    assert!(
        (Duration::from_millis(500)..Duration::from_secs(10)).contains(&elapsed),
        "{elapsed:?}"
    );
    harness.simulator.clear_faults();
    let result = harness.instance.find_user(&email, Some(30_000)).await;
    assert_eq!(result.unwrap().unwrap().email, email);
}

#[tokio::test]
async fn a_deadline_of_find_user_out_of_range_is_rejected() {
    let mut harness = Harness::new().await;
    let email = harness.member().email;
    for deadline_ms in [0, 3_600_001, u32::MAX] {
        let result = harness.instance.find_user(&email, Some(deadline_ms)).await;
        let error = result.unwrap().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.requests, 0);
    }
    assert!(harness.simulator.requests().is_empty());
}
