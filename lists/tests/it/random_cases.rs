//! Runs a property over random cases, the same ones in every run: `LIST_CASES` sets their number, `LIST_SEED` chooses others.

use std::{env, fmt::Debug};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner},
};

/// Checks a property.
pub(crate) fn check<S>(
    default_cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> TestCaseResult,
) where
    S: Strategy,
    S::Value: Debug,
{
    let number = |name: &str| {
        let text = env::var(name).ok()?;
        Some(
            text.parse()
                .unwrap_or_else(|_| panic!("{name} is a number")),
        )
    };
    let config = Config {
        cases: number("LIST_CASES").unwrap_or(default_cases),
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [7; 32];
    let chosen: u32 = number("LIST_SEED").unwrap_or_default();
    seed[..4].copy_from_slice(&chosen.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, rng);
    if let Err(failure) = runner.run(strategy, property) {
        panic!("{failure}");
    }
}
