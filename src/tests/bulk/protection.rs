//! Property of guards: a protected person is never written to, however they are spelled, or the call is refused.

use proptest::prelude::*;

use super::fake_account::*;
use crate::{ChangeOptions, Selector, Target, tests::scripted_server::reply};

/// Number of cases, unless `GUARD_CASES` sets it.
const CASES: u32 = 4000;
/// The protected person.
const ID: &str = "BOSS7QZK";
const EMAIL: &str = "Boss.O'Neil@Acme.example";

/// Spellings of a name: as it is, in other letters, with white space, wrapped, or with invisible letters.
fn spelling(name: &'static str) -> impl Strategy<Value = String> {
    let letters = prop_oneof![
        Just(name.to_owned()),
        Just(name.to_lowercase()),
        Just(name.to_uppercase()),
        any::<u64>().prop_map(move |bits| {
            let mixed = |(at, letter): (usize, char)| match bits >> (at % 64) & 1 {
                0 => letter.to_ascii_uppercase(),
                _ => letter.to_ascii_lowercase(),
            };
            name.chars().enumerate().map(mixed).collect()
        }),
    ];
    let space = prop::sample::select(vec!["", " ", "\t", "\r\n", "\u{a0}", "\u{3000}"]);
    let wrapping = prop::sample::select(vec![
        ("", ""),
        ("\"", "\""),
        ("'", "'"),
        ("\u{201c}", "\u{201d}"),
        ("\u{2018}", "\u{2019}"),
        ("\u{ab}", "\u{bb}"),
        ("`", "`"),
        ("<", ">"),
        ("Boss <", ">"),
        ("(", ")"),
        ("[\"", "\"]"),
        ("mailto:", ""),
        ("MAILTO:", "?subject=x"),
        ("smtp:", ""),
        ("email=", ""),
        ("", ";"),
        ("", ","),
        ("", "|x@acme.example"),
        ("x@acme.example, ", ""),
        ("", "\\"),
        ("", "*"),
    ]);
    let invisible = prop::sample::select(vec![
        "",
        "",
        "",
        "",
        "\u{200b}",
        "\u{200e}",
        "\u{ad}",
        "\u{feff}",
        "\u{2060}",
        "\u{fe0f}",
        "\u{e0061}",
        "\u{34f}",
        "\u{180e}",
        "\u{202e}",
        "\u{1b}",
        "\u{7f}",
    ]);
    (
        letters,
        space.clone(),
        wrapping,
        space,
        invisible,
        any::<prop::sample::Index>(),
    )
        .prop_map(|(name, before, (open, close), after, invisible, at)| {
            let letters: Vec<_> = name.chars().collect();
            let (first, second) = letters.split_at(at.index(letters.len() + 1));
            let [first, second] = [first, second].map(String::from_iter);
            format!("{before}{open}{first}{invisible}{second}{close}{after}")
        })
}

fn guard() -> impl Strategy<Value = Vec<Selector>> {
    let id = || spelling(ID).prop_map(Selector::Id);
    let email = || spelling(EMAIL).prop_map(Selector::Email);
    prop_oneof![
        id().prop_map(|id| vec![id]),
        email().prop_map(|email| vec![email]),
        (id(), email()).prop_map(|(id, email)| vec![id, email]),
        // A list that took the id for an address, or the reverse.
        spelling(ID).prop_map(|id| vec![Selector::Email(id)]),
        spelling(EMAIL).prop_map(|email| vec![Selector::Id(email)]),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    let who = prop_oneof![
        3 => Just(Selector::Id(ID.into())),
        3 => Just(Selector::Email(EMAIL.into())),
        1 => spelling(ID).prop_map(Selector::Id),
        1 => spelling(EMAIL).prop_map(Selector::Email),
    ];
    let expected = prop::option::weighted(0.2, spelling(EMAIL));
    (who, expected).prop_map(|(who, expect_email)| Target { who, expect_email })
}

/// Answer to a get of the protected person: as it is, or with something missing.
#[derive(Clone, Copy, Debug)]
enum Get {
    Whole,
    WithoutEmail,
    EmailOfAnotherType,
    PermissionDenied,
    ForbiddenByProxy,
    Missing,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("GUARD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
    ))]

    #[test]
    fn a_protected_person_is_never_written_to(
        protect in guard(),
        protected in target(),
        is_other_named in any::<bool>(),
        get in prop::sample::select(vec![
            Get::Whole, Get::Whole, Get::WithoutEmail, Get::EmailOfAnotherType, Get::PermissionDenied, Get::ForbiddenByProxy,
            Get::Missing,
        ]),
    ) {
        let account = FakeAccount::with_users(2);
        account.add(ID, EMAIL, "ACTIVE");
        let client = account.client_except(move |sent| {
            let is_of_boss = is_get(sent) && sent.url.to_ascii_uppercase().contains(ID);
            let answer = match get {
                Get::Whole => return None,
                Get::WithoutEmail => reply(200, format!(r#"{{"id":"{ID}","state":"ACTIVE"}}"#)),
                Get::EmailOfAnotherType => reply(200, format!(r#"{{"id":"{ID}","email":7,"state":"ACTIVE"}}"#)),
                Get::PermissionDenied => reply(403, FORBIDDEN),
                Get::ForbiddenByProxy => reply(403, "<html>403 permission denied</html>"),
                Get::Missing => reply(404, ""),
            };
            is_of_boss.then_some(answer)
        });
        let mut named = vec![protected];
        if is_other_named {
            named.extend(targets(["u0@acme.example", "U1"]));
        }
        let options = ChangeOptions { protect, ..ChangeOptions::default() };
        let call = client.suspend_users(&named, &options);
        let result = client.platform().run(call);
        let is_written = client.platform().count(|sent| is_change(sent) && sent.url.to_ascii_uppercase().contains(ID)) > 0;
        prop_assert!(!is_written, "{:?}: {:?}", options.protect, result);
        if result.is_err() {
            prop_assert!(client.platform().sent().is_empty(), "refused after a request");
        }
    }
}
