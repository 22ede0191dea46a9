#!/usr/bin/env bash
# Tests the package. `test.sh quick` (default): on this Node, its types, and the packed package in a fresh project.
# `test.sh full`: also on Node 20 to 26, Deno, Bun, workerd and Chromium. About eight minutes.
# Needs Rust, Node 20 or later, npm and openssl; the full part also Chromium, whose command `CHROMIUM` may name.
set -euo pipefail
cd "$(dirname "$0")"

part=${1:-quick}
target=$(cd ../.. && pwd)/target
tools=$target/javascript
. runtimes/tools.sh

step() {
    printf '\n== %s\n' "$*"
}

with_lab() {
    node test/live/with-lab.mjs "$@"
}

step "build"
./build.sh
if [ -z "${SIMULATOR:-}" ]; then
    # With the features of the whole workspace, so that its libraries are not built twice.
    (cd ../.. && cargo build --locked --quiet --workspace --bin simulator)
    export SIMULATOR=${CARGO_TARGET_DIR:-$target}/debug/simulator
fi

step "types"
node --test test/types.check.mjs

step "tests on Node $(node --version)"
with_lab node --test test/*.test.mjs

step "the package in a fresh project"
with_lab node --test test/package.check.mjs

[ "$part" = full ] || exit 0

for version in "${node_versions[@]}"; do
    step "tests on Node $version"
    with_lab "$(node_command "$version")" --test test/*.test.mjs
done

step "tests on Deno $deno_version"
with_lab "$(deno_command)" test --no-check --allow-all test/*.test.mjs

step "tests on Bun $bun_version"
with_lab "$(bun_command)" test --timeout 60000 ./test/*.test.mjs

step "tests on workerd $workerd_version"
WORKERD=$(workerd_command) with_lab node --test test/workerd.runtime.mjs

chromium_command > /dev/null || { echo "not tested: Chromium is not installed" >&2; exit 1; }
step "tests on Chromium $(chromium_version)"
with_lab node --test test/chromium.runtime.mjs
