//! The whole list in one call.

use std::collections::BTreeSet;

use host::{ErrorCode, StateFilter};
use host_tests::Harness;
use simulator::{Action, Endpoint, Fault, State};

use super::{account_check::count, interleave::meanwhile};

/// The ids of everybody in the account, in the server's order.
fn everybody(harness: &Harness) -> Vec<String> {
    let users = harness.simulator.users().into_iter();
    users.map(|user| user.id).collect()
}

#[tokio::test]
async fn everybody_comes_once_in_the_servers_order() {
    let mut harness = Harness::with(|builder| builder.users(2345), &[]).await;
    let list = harness.list_all(None, u32::MAX).await.unwrap();
    let ids: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
    assert_eq!(ids, everybody(&harness));
    assert!(list.complete);
    assert_eq!(count(&harness.simulator, Endpoint::List), 3);
}

#[tokio::test]
async fn a_filter_shows_one_state() {
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
async fn a_limit_cuts_and_says_so() {
    let mut harness = Harness::with(|builder| builder.users(2345), &[]).await;
    let everybody = everybody(&harness);
    for (limit, pages) in [(1, 1), (999, 1), (1000, 1), (1001, 2), (2344, 3)] {
        harness.simulator.clear_requests();
        let list = harness.list_all(None, limit).await.unwrap();
        let ids: Vec<_> = list.users.into_iter().map(|user| user.id).collect();
        assert_eq!(ids, everybody[..limit as usize]);
        assert!(!list.complete, "{limit}");
        // No page more than it takes.
        assert_eq!(count(&harness.simulator, Endpoint::List), pages, "{limit}");
    }
}

#[tokio::test]
async fn a_limit_that_is_just_enough_is_complete() {
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
async fn a_limit_of_nobody_is_refused_before_anything_is_sent() {
    let mut harness = Harness::new().await;
    let error = harness.list_all(None, 0).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_user_who_shows_on_two_pages_comes_once() {
    let mut harness = Harness::with(|builder| builder.users(2500), &[]).await;
    let before: BTreeSet<_> = everybody(&harness).into_iter().collect();
    let mut newcomer = harness.member();
    newcomer.id = "NEWCOMER".to_owned();
    let fault = Fault::new(Action::Hold).on(Endpoint::List).skip(1);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let list = meanwhile(instance.list_all_users(None, 10_000, None), async {
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
    // They were there again, as the first of the second page.
    assert_eq!(simulator.users()[1000].id, *last_of_the_first_page);
}
