//! Damaged lists and guards, through the command: no user is changed who is not on the list, or who is protected.
//!
//! The crate of the reader tests many thousand more.

use simulator::{State, User};

use super::{
    super::process::{op_users_at, run},
    Scene,
};

/// Damage to a text, at a place in it.
fn damaged(text: &str) -> Vec<String> {
    let mut all = vec![
        text.replace(',', ";"),
        text.replace(',', ""),
        text.replace('"', ""),
        text.replace('"', "'"),
        text.replace('\n', ""),
        text.replace('\n', ","),
        text.replacen('\n', ",", 2),
        text.replace('@', "＠"),
        text.lines().rev().map(|line| format!("{line}\n")).collect(),
        text.lines()
            .skip(1)
            .map(|line| format!("{line}\n"))
            .collect(),
    ];
    let letters = ['"', ',', '\n', '\u{200b}', '#'];
    // Places at each field: the beginning, the middle and the end.
    let places = text.char_indices().filter(|(at, letter)| {
        let before = text[..*at].chars().next_back();
        ",\n\"@".contains(*letter) || before.is_none_or(|before| ",\n\"".contains(before))
    });
    for ((at, removed), letter) in places.step_by(2).zip(letters.into_iter().cycle()) {
        let (before, after) = text.split_at(at);
        all.push(format!("{before}{letter}{after}"));
        // An address without one of its letters is another address.
        if !removed.is_alphanumeric() {
            all.push(format!("{before}{}", &after[1..]));
        }
    }
    all
}

/// Two users to suspend, and a manager.
fn people(scene: &Scene) -> [User; 3] {
    scene.active(3).try_into().expect("three users")
}

#[tokio::test]
async fn damaged_lists_change_no_other_user() {
    let scene = Scene::new().await;
    let people = people(&scene);
    let [one, two, boss] = people.each_ref().map(|user| user.email.as_str());
    let text = format!(
        "name,manager email,email,note\n\"Smith, W\",{boss},{one},ok\nTom,{boss},{two},\"a \"\"b\"\"\"\n"
    );
    let before: Vec<_> = scene.simulator.users();
    let mut contained = 0;
    for content in damaged(&text) {
        let list = scene.write("list.csv", &content);
        let ended = run(op_users_at(
            &scene.simulator,
            &["contain", "--yes", "--file", &list],
        ))
        .await;
        contained += usize::from(ended.status == 0);
        for user in before
            .iter()
            .filter(|user| user.email != one && user.email != two)
        {
            assert_eq!(scene.state(user), user.state, "{content}: {ended:?}");
        }
    }
    assert!(contained > 0, "some damage does not matter");
}

#[tokio::test]
async fn damaged_guards_are_refused_or_protect() {
    let scene = Scene::new().await;
    let [one, two, boss] = people(&scene);
    let text = format!(
        "name,email,note\n\"Smith, W\",{},ok\nTom,{},\"a \"\"b\"\"\"\n",
        boss.email, two.email
    );
    let mut refused = 0;
    for content in damaged(&text) {
        let guard = scene.write("guard.csv", &content);
        let arguments = [
            "contain",
            "--yes",
            "--protect-file",
            &guard,
            &one.id,
            &boss.id,
        ];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(scene.state(&boss), State::Active, "{content}: {ended:?}");
        assert!([2, 3].contains(&ended.status), "{content}: {ended:?}");
        refused += usize::from(ended.status == 2);
    }
    assert!(refused > 5, "most damage is refused");
}
