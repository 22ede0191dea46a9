//! Comparison with the crate `csv`: where the reader accepts CSV, both find the same rows.

use onepassword_users_lists::parse;
use proptest::{prelude::*, sample::select};

use super::{
    damage::{damaged, damages},
    good_list::good_list,
    random_cases::check,
};

/// Addresses in the column of this name, as the crate `csv` reads them.
fn addresses(text: &str, separator: u8, name: &str) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().ok()?;
    let column = header.iter().position(|field| field.trim() == name)?;
    let fields = reader.records().map(|record| {
        let record = record.ok()?;
        Some(record.get(column)?.trim().to_owned())
    });
    let fields: Vec<_> = fields.collect::<Option<_>>()?;
    Some(
        fields
            .into_iter()
            .filter(|field| !field.is_empty())
            .collect(),
    )
}

#[test]
fn accepted_csv_has_the_rows_of_another_reader() {
    let case = (good_list(), damages(), select(vec![true, false]));
    let compared = std::cell::Cell::new(0);
    check(2000, &case, |(good, damages, is_damaged)| {
        let content = if is_damaged {
            damaged(&good.text, &damages)
        } else {
            good.text.clone().into_bytes()
        };
        let Ok(text) = String::from_utf8(content) else {
            return Ok(());
        };
        let Some(separator) = [b',', b';', b'\t'].into_iter().find(|separator| {
            let first = text.lines().next().unwrap_or_default();
            first.bytes().filter(|byte| byte == separator).count() > 1 && !first.starts_with("sep=")
        }) else {
            return Ok(());
        };
        for name in ["email", "E-Mail-Adresse", "Email Address [Required]"] {
            let Ok(list) = parse(text.as_bytes(), &Default::default()) else {
                continue;
            };
            let Some(expected) = addresses(&text, separator, name) else {
                continue;
            };
            let found: Vec<_> = list
                .users
                .into_iter()
                .filter_map(|user| user.email)
                .collect();
            prop_assert_eq!(found, expected, "{:?}", text);
            compared.set(compared.get() + 1);
        }
        Ok(())
    });
    assert!(
        compared.get() > 100,
        "only {} lists were compared",
        compared.get()
    );
}
