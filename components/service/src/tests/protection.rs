//! Property of `OP_SERVICE_PROTECT`: a protected person is passed to the plugin under the right name, however the setting spells
//! them, or the setting is refused.

use proptest::{prelude::*, sample::Index};
use serde_json::json;

use super::fake_plugin::*;
use crate::bindings::containment::Selector;

/// Number of cases, unless `GUARD_CASES` sets it.
const CASES: u32 = 4000;
/// The protected person.
const ID: &str = "JUGBXK98FQZ8BGK1J3MA61R4HI";
const EMAIL: &str = "Boss.O'Neil@Acme.example";
/// Characters that no name has: between the letters of one, at its ends, and around it.
const STRAYS: [&str; 44] = [
    "\"", "\u{201c}", "\u{201d}", "\u{ab}", "\u{bb}", "\u{2018}", "\u{2019}", "\u{301d}",
    "\u{ff02}", "`", "(", ")", "<", ">", "[", "]", "{", "}", "\u{3008}", "\u{ff08}", "\u{2022}",
    "\u{b7}", "\u{25cf}", "*", "\u{2013}", "\u{2014}", ";", "|", ",", ":", "\\", "\u{ff0c}",
    "\u{3001}", "\u{ff1b}", "%", "%20", "\u{200b}", "\u{200e}", "\u{ad}", "\u{feff}", "\u{2060}",
    "\u{202e}", "\u{1b}", "\0",
];
/// White space, which separates entries.
const SPACES: [&str; 8] = [
    " ", "\t", "\r\n", "\n", "\u{a0}", "\u{2003}", "\u{3000}", "\u{85}",
];
/// Text before and after a name.
const WRAPPINGS: [(&str, &str); 22] = [
    ("", ""),
    ("'", "'"),
    ("\"", "\""),
    ("[\"", "\"]"),
    ("(", ")"),
    ("<", ">"),
    ("Boss <", ">"),
    ("\"Boss\" <", ">"),
    ("mailto:", ""),
    ("MAILTO:", "?subject=x"),
    ("smtp:", ""),
    ("email=", ""),
    ("- ", ""),
    ("-", ""),
    ("\u{2022} ", ""),
    ("1. ", ""),
    ("#", ""),
    ("", "."),
    ("", ";"),
    ("", "\\n"),
    ("x@acme.example/", ""),
    ("", "|x@acme.example"),
];
/// Other entries in the setting.
const OTHERS: [&str; 5] = [
    "",
    "x@acme.example",
    "IR7VJHJ36JHINBFAD7V2T5MP3E",
    "x",
    "\"x@acme.example\"",
];
const SEPARATORS: [&str; 7] = [",", " ", "\n", ", ", ";", "; ", "|"];

/// Change of one place in a name.
#[derive(Clone, Copy, Debug)]
enum Damage {
    None,
    Insert(&'static str),
    FullWidth,
    Mathematical,
    PercentEncoded,
    Entity,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        4 => Just(Damage::None),
        4 => prop::sample::select(&STRAYS[..]).prop_map(Damage::Insert),
        1 => prop::sample::select(&SPACES[..]).prop_map(Damage::Insert),
        1 => Just(Damage::FullWidth),
        1 => Just(Damage::Mathematical),
        1 => Just(Damage::PercentEncoded),
        1 => Just(Damage::Entity),
    ]
}

/// Other characters of the same look. None if there are none.
fn lookalike(letter: char, base: u32) -> Option<char> {
    let offset = u32::from(letter.to_ascii_lowercase()).checked_sub(u32::from('a'))?;
    char::from_u32(base + offset).filter(|_| letter.is_ascii_alphabetic())
}

fn damaged(name: &str, damage: Damage, at: Index) -> String {
    let letters: Vec<_> = name.chars().collect();
    let at = at.index(letters.len() + 1);
    let (before, after) = letters.split_at(at);
    let [before, after] = [before, after].map(String::from_iter);
    let Some((&letter, rest)) = letters[at..].split_first() else {
        return match damage {
            Damage::Insert(text) => before + text,
            _ => before,
        };
    };
    let replacement = match damage {
        Damage::None => letter.to_string(),
        Damage::Insert(text) => return before + text + &after,
        Damage::FullWidth => lookalike(letter, 0xff41).unwrap_or(letter).to_string(),
        Damage::Mathematical => lookalike(letter, 0x1d41a).unwrap_or(letter).to_string(),
        Damage::PercentEncoded => format!("%{:02x}", u32::from(letter)),
        Damage::Entity => format!("&#{};", u32::from(letter)),
    };
    before + &replacement + &String::from_iter(rest)
}

/// Spellings of the setting's value.
fn setting() -> impl Strategy<Value = String> {
    let spelling = (
        prop::sample::select(vec![ID, EMAIL]),
        any::<u64>(),
        prop::collection::vec((damage(), any::<Index>()), 1..3),
        prop::sample::select(&WRAPPINGS[..]),
    )
        .prop_map(|(name, case, damages, (open, close))| {
            let mixed = |(at, letter): (usize, char)| match case >> (at % 64) & 1 {
                0 => letter.to_ascii_uppercase(),
                _ => letter.to_ascii_lowercase(),
            };
            let name: String = name.chars().enumerate().map(mixed).collect();
            let damage = |name: String, (damage, at)| damaged(&name, damage, at);
            format!("{open}{}{close}", damages.into_iter().fold(name, damage))
        });
    let other = || {
        (
            prop::sample::select(&OTHERS[..]),
            prop::sample::select(&SEPARATORS[..]),
        )
    };
    (other(), spelling, other(), any::<u8>()).prop_map(|(before, name, after, shape)| {
        let with = |is_there: bool, text: String| if is_there { text } else { String::new() };
        with(shape & 3 == 0, format!("{}{}", before.0, before.1))
            + &name
            + &with(shape & 12 == 0, format!("{}{}", after.1, after.0))
    })
}

/// True if a selector names the protected person, by the comparison that the plugin makes: letter case does not count.
fn names_boss(who: &Selector) -> bool {
    match who {
        Selector::Id(id) => id.eq_ignore_ascii_case(ID),
        Selector::Email(email) => email.eq_ignore_ascii_case(EMAIL),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(
        std::env::var("GUARD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
    ))]

    #[test]
    fn a_protected_person_is_named_or_the_setting_is_refused(value in setting(), by_id in any::<bool>()) {
        let service = service_with(&[("OP_SERVICE_PROTECT", &value)]);
        let plugin = FakePlugin::default();
        let body = json!({ "users": [if by_id { ID } else { EMAIL }] }).to_string();
        let response = service.respond(&plugin, &post("/v1/contain", &body), "id");
        if response.status == 503 {
            let problem = json(&response);
            prop_assert_eq!(&problem["code"], "not-configured");
            prop_assert!(problem["detail"].as_str().unwrap().contains("OP_SERVICE_PROTECT"), "{}", problem);
            prop_assert!(plugin.calls.borrow().is_empty());
        } else {
            let options = plugin.options.borrow().clone().unwrap();
            prop_assert!(options.protect.iter().any(names_boss), "{:?}", options.protect);
        }
    }
}
