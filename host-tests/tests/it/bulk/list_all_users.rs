//! `list-all-users`: the whole list in one call.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use host::{ErrorCode, StateFilter};
use host_tests::Harness;
use simulator::{Action, Endpoint, Fault, State};

use super::{account_check::count_requests, interleave::interleave};

/// Returns the ids of all users of the account, in the order of the server.
fn all_ids(harness: &Harness) -> Vec<String> {
    let users = harness.simulator.users().into_iter();
    users.map(|user| user.id).collect()
}

#[tokio::test]
async fn every_user_is_listed_once_in_server_order() {
    let mut harness = Harness::with(|builder| builder.users(2345), &[]).await;
    let list = harness.list_all(None, u32::MAX).await.unwrap();
    let ids: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
    assert_eq!(ids, all_ids(&harness));
    assert!(list.complete);
    assert_eq!(count_requests(&harness.simulator, Endpoint::List), 3);
}

#[tokio::test]
async fn a_filter_lists_users_in_one_state() {
    let mut harness = Harness::with(|builder| builder.users(2345), &[]).await;
    for (filter, state) in [
        (StateFilter::Active, State::Active),
        (StateFilter::Suspended, State::Suspended),
    ] {
        let list = harness.list_all(Some(filter), 10_000).await.unwrap();
        let shown: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
        let mut users = harness.simulator.users();
        users.retain(|user| user.state == state);
        let expected: Vec<_> = users.into_iter().map(|user| user.id).collect();
        assert_eq!(shown, expected);
        assert!(list.complete);
    }
}

#[tokio::test]
async fn a_list_cut_at_the_limit_is_incomplete() {
    let mut harness = Harness::with(|builder| builder.users(2345), &[]).await;
    let expected = all_ids(&harness);
    for (limit, pages) in [(1, 1), (999, 1), (1000, 1), (1001, 2), (2344, 3)] {
        harness.simulator.clear_requests();
        let list = harness.list_all(None, limit).await.unwrap();
        let ids: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
        assert_eq!(ids, expected[..limit as usize]);
        assert!(!list.complete, "{limit}");
        // No page beyond the limit is read.
        assert_eq!(
            count_requests(&harness.simulator, Endpoint::List),
            pages,
            "{limit}"
        );
    }
}

#[tokio::test]
async fn a_list_as_long_as_the_limit_is_complete() {
    for users in [1, 999, 1000, 1001, 2000].map(|users| users + 1) {
        let mut harness = Harness::with(|builder| builder.users(users), &[]).await;
        for limit in [users, users + 1, 1_000_000] {
            let limit = u32::try_from(limit).unwrap();
            let list = harness.list_all(None, limit).await.unwrap();
            assert!(list.complete, "{users} users, limit {limit}");
            assert_eq!(list.users.len(), users);
        }
    }
}

#[tokio::test]
async fn a_limit_of_zero_is_rejected() {
    let mut harness = Harness::new().await;
    let error = harness.list_all(None, 0).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_user_on_two_pages_is_listed_once() {
    let mut harness = Harness::with(|builder| builder.users(2500), &[]).await;
    let before: BTreeSet<_> = all_ids(&harness).into_iter().collect();
    let mut newcomer = harness.member();
    newcomer.id = "NEWCOMER".to_owned();
    let fault = Fault::new(Action::Hold).on(Endpoint::List).skip(1);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let list = interleave(instance.list_all_users(None, 10_000, None), async {
        simulator.held(1).await;
        simulator.insert_user(0, newcomer);
        simulator.release();
    });
    let list = list.await.unwrap().unwrap();
    let last_of_the_first_page = &list.users[999].id;
    let ids: Vec<_> = list.users.iter().map(|user| &user.id).collect();
    let once: BTreeSet<_> = list.users.iter().map(|user| user.id.clone()).collect();
    assert_eq!(ids.len(), once.len());
    assert_eq!(once, before);
    assert!(list.complete);
    // The last user of the first page is also the first user of the second page.
    assert_eq!(simulator.users()[1000].id, *last_of_the_first_page);
}

#[tokio::test]
async fn a_deadline_of_the_list_replaces_that_of_the_settings() {
    let mut harness = Harness::with(|builder| builder.users(1500), &[]).await;
    // The first page arrives, the second one never.
    let fault = Fault::new(Action::Hang).on(Endpoint::List).skip(1);
    harness.simulator.fault(fault.always());
    let instance = &mut harness.instance;
    let start = Instant::now();
    let result = instance.list_all_users(None, 2000, Some(1000)).await;
    let elapsed = start.elapsed();
    assert_eq!(result.unwrap().unwrap_err().code, ErrorCode::TimedOut);
    // The settings allow 30 seconds.
    assert!(
        (Duration::from_secs(1)..Duration::from_secs(10)).contains(&elapsed),
        "{elapsed:?}"
    );
    harness.simulator.clear_faults();
    let result = instance.list_all_users(None, 2000, Some(30_000)).await;
    assert_eq!(result.unwrap().unwrap().users.len(), 1500);
}

#[tokio::test]
async fn a_deadline_of_the_list_out_of_range_is_rejected() {
    let mut harness = Harness::new().await;
    for deadline_ms in [0, 3_600_001, u32::MAX] {
        let instance = &mut harness.instance;
        let result = instance.list_all_users(None, 10, Some(deadline_ms)).await;
        let error = result.unwrap().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.requests, 0);
    }
    assert!(harness.simulator.requests().is_empty());
}
