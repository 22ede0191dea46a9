#!/usr/bin/env bash
# Builds the workflows of examples/workflows in JavaScript, Python and Rust, composes each with the plugin into one file, and runs it
# against a simulator. About two minutes, and a download of 0.5 GB.
#
# Needs cargo, Node 20 with npm, and Python 3.10 or later with venv.
set -euo pipefail
cd "$(dirname "$0")/.."

componentize_js=0.23.0
componentize_py=0.25.1
wasmtime_py=50.0.1
wasmtime=48.0.2

target=${CARGO_TARGET_DIR:-$PWD/target}
folder=$target/workflows
example=$PWD/examples/workflows
wasm=wasm32-unknown-unknown

mkdir -p "$folder"
rm -rf "$folder/wit"
mkdir -p "$folder/wit/deps"
cp "$example"/wit/*.wit "$folder/wit/"
cp -r wit "$folder/wit/deps/onepassword-users"
cargo build --locked --workspace --bin op-users --bin simulator

echo "== Rust"
cargo build --locked --profile component --target "$wasm" --package onepassword-users-example-workflow
cp "$target/$wasm/component/onepassword_users_example_workflow.wasm" "$folder/rust.wasm"

echo "== JavaScript, componentize-js $componentize_js"
# Anew: a second installation over the first one drops a package that componentize-js needs.
rm -rf "$folder/node_modules" "$folder/package-lock.json"
echo '{ "private": true }' > "$folder/package.json"
npm install --silent --no-audit --no-fund --prefix "$folder" "@bytecodealliance/componentize-js@$componentize_js"
cp "$example/componentize.mjs" "$folder/"
for name in javascript/workflow test/spy; do
    (cd "$folder" && node componentize.mjs "$example/$name.js" wit "$(basename "$(dirname "$name")")-js.wasm")
done

echo "== Python, componentize-py $componentize_py"
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "componentize-py==$componentize_py" "wasmtime==$wasmtime_py"
for name in python/app test/spy; do
    "$folder/venv/bin/componentize-py" --wit-path "$folder/wit" --world workflow componentize --stub-wasi \
        --python-path "$example/$(dirname "$name")" "$(basename "$name")" --output "$folder/$(dirname "$name")-py.wasm" > /dev/null
done

"$folder/venv/bin/python" scripts/workflows_check.py "$folder" "$(scripts/install-wasmtime.sh "$wasmtime")" "$target/debug/op-users" \
    "$target/debug/simulator"
