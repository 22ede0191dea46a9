#!/usr/bin/env bash
# Tests the package. `test.sh quick` (default): on this Node, its types, and the packed package in a fresh project.
# `test.sh full`: also on Node 20 to 26, Deno, Bun, workerd and, if it is installed, Chromium. About eight minutes.
# Needs Rust, Node 20 or later, npm, and openssl.
set -euo pipefail
cd "$(dirname "$0")"

part=${1:-quick}
nodes=(20.20.2 22.23.3 24.21.0 26.10.0)
deno=2.9.6
bun=1.4.5
workerd=1.20261117.1
target=$(cd ../.. && pwd)/target
tools=$target/javascript

step() {
    printf '\n== %s\n' "$*"
}

# Installs packages of npm into a folder of their own, and prints the folder of their commands.
tool() {
    local folder=$tools/$1
    shift
    mkdir -p "$folder"
    [ -f "$folder/package.json" ] || echo '{ "private": true }' > "$folder/package.json"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$@"
    echo "$folder/node_modules/.bin"
}

with_lab() {
    node test/live/with-lab.mjs "$@"
}

step "build"
./build.sh
if [ -z "${SIMULATOR:-}" ]; then
    (cd ../.. && cargo build --locked --quiet --package onepassword-users-simulator)
    export SIMULATOR=${CARGO_TARGET_DIR:-$target}/debug/simulator
fi

step "types"
node --test test/types.check.mjs

step "tests on Node $(node --version)"
with_lab node --test test/*.test.mjs

step "the package in a fresh project"
with_lab node --test test/package.check.mjs

[ "$part" = full ] || exit 0

for version in "${nodes[@]}"; do
    bin=$(tool "node-$version" "node@$version")
    step "tests on Node $("$bin/node" --version)"
    with_lab "$bin/node" --test test/*.test.mjs
done

step "tests on Deno $deno"
with_lab "$(tool deno "deno@$deno")/deno" test --no-check --allow-all test/*.test.mjs

step "tests on Bun $bun"
with_lab "$(tool bun "bun@$bun")/bun" test ./test/*.test.mjs

step "tests on workerd $workerd"
WORKERD=$(tool workerd "@cloudflare/workerd-linux-64@$workerd")/../@cloudflare/workerd-linux-64/bin/workerd \
    with_lab node --test test/workerd.runtime.mjs

if command -v "${CHROMIUM:-chromium}" > /dev/null; then
    step "tests on $("${CHROMIUM:-chromium}" --version)"
    with_lab node --test test/chromium.runtime.mjs
else
    step "NOT TESTED: Chromium, which is not installed"
fi
