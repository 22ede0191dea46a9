#!/usr/bin/env bash
# Checks that `cargo run` builds no library with other features than `cargo test` does: each difference under wasmtime would
# build wasmtime twice. Features that only tests need are added in host-tests/Cargo.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

features() {
    cargo tree --locked --workspace --edges "$1" --prefix none --no-dedupe --format '{p} {f}' | sort -u
}

different=$(comm -23 <(features normal,build) <(features normal,build,dev))
if [ -n "$different" ]; then
    printf 'with other features in tests:\n%s\n' "$different" >&2
    exit 1
fi
echo "cargo run and cargo test choose the same features"
