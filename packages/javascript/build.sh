#!/usr/bin/env bash
# Builds the package in dist/: the module, the code and its types. Needs Rust, Node and npm. STEPS_MODULE is the absolute
# path of a module that is built already.
set -euo pipefail
cd "$(dirname "$0")"

target=wasm32-unknown-unknown
module=onepassword_users_steps.wasm
[ -d node_modules ] || npm ci --no-audit --no-fund --silent
[ -n "${STEPS_MODULE:-}" ] ||
    (cd ../.. && cargo build --locked --profile steps --quiet --target "$target" --package onepassword-users-steps)
rm -rf dist
npx --no-install tsc --project tsconfig.json
cp "${STEPS_MODULE:-${CARGO_TARGET_DIR:-../../target}/$target/steps/$module}" "dist/$module"
cp ../../protocol/schema.json dist/schema.json
chmod 644 "dist/$module" dist/schema.json
cp ../../LICENSE-APACHE ../../LICENSE-MIT .
