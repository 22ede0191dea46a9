#!/usr/bin/env bash
# Plays the conformance cases on every host, and writes the table of the README. Fails if a host differs in a way that no case
# writes down, or played none.
#
# Usage: conformance.sh
#
# Needs cargo, Node with npm, Python 3 with venv, openssl and Chromium. About five minutes, without the builds.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
module=onepassword_users_steps.wasm
plugin=$target/wasm32-unknown-unknown/plugin/onepassword_users_plugin.wasm
results=$PWD/target/conformance.jsonl
environment=$PWD/target/conformance-python
wasmtime=50.0.1
httpx=0.28.1

rm -f "$results"
cargo build --locked --package onepassword-users-conformance
runner=$target/debug/conformance

CONFORMANCE_RESULTS=$results cargo test --locked --workspace --test it conformance

cargo build --locked --profile plugin --target wasm32-unknown-unknown --package onepassword-users-plugin
cargo build --locked --profile steps --target wasm32-unknown-unknown --package onepassword-users-steps
python3 -m venv "$environment"
"$environment/bin/python" -m pip install --quiet "wasmtime==$wasmtime" "httpx==$httpx"
"$runner" run --results "$results" --host "plugin in wasmtime-py $wasmtime" -- \
    "$environment/bin/python" conformance/adapters/wasmtime_python.py "$plugin"

cp "$target/wasm32-unknown-unknown/steps/$module" packages/python/src/onepassword_users/
version=$("$environment/bin/python" -c 'import platform; print(platform.python_version())')
for client in Client AsyncClient; do
    PYTHONPATH=packages/python/src "$runner" run --results "$results" --host "Python $client $version" -- \
        "$environment/bin/python" packages/python/conformance/adapter.py "$client"
done

CONFORMANCE=$runner packages/javascript/conformance/run.sh "$results"

"$runner" table --write README.md "$results"
