#!/usr/bin/env bash
# Builds the package in dist/: the module, the composed service, the code and its types. Needs Rust, Node and npm. STEPS_MODULE and
# SERVICE_COMPONENT are the absolute paths of the module and of the service, if they are built already.
set -euo pipefail
cd "$(dirname "$0")"

target=wasm32-unknown-unknown
module=onepassword_users_steps.wasm
built=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}
[ -d node_modules/oxc-minify ] || npm ci --no-audit --no-fund --silent
[ -n "${STEPS_MODULE:-}" ] ||
    (cd ../.. && cargo build --locked --profile steps --quiet --target "$target" --package onepassword-users-steps)
service=${SERVICE_COMPONENT:-$built/javascript-service.wasm}
[ -n "${SERVICE_COMPONENT:-}" ] ||
    (cd ../.. && cargo run --locked --quiet -- component --service "$service")
rm -rf dist
npx --no-install tsc --project tsconfig.json
cp "${STEPS_MODULE:-$built/$target/steps/$module}" "dist/$module"
cp ../../protocol/schema.json dist/schema.json
# What the build writes has types of its own.
cp src/service/*.d.ts dist/service/
node build/transpile.mjs "$service" dist/service
chmod 644 "dist/$module" dist/schema.json
cp ../../LICENSE-APACHE ../../LICENSE-MIT .
