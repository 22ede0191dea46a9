#!/usr/bin/env bash
# Plays the conformance cases on every runtime of JavaScript: `run.sh RESULTS` appends a line for each host to this file.
# Needs what `test.sh` needs, and Chromium. CONFORMANCE is the runner; it is built if it is not set.
set -euo pipefail
results=$(realpath "$1")
cd "$(dirname "$0")/.."

tools=$(cd ../.. && pwd)/target/javascript
. runtimes/tools.sh

./build.sh
cd ../..
if [ -z "${CONFORMANCE:-}" ]; then
    cargo build --locked --quiet --package onepassword-users-conformance
    CONFORMANCE=${CARGO_TARGET_DIR:-target}/debug/conformance
fi
adapters=packages/javascript/conformance
failed=0

play() {
    local host=$1
    shift
    "$CONFORMANCE" run --host "$host" --results "$results" -- "$@" || failed=1
}

for version in "${node_versions[@]}"; do
    play "Node $version" "$(node_command "$version")" "$adapters/adapter.mjs"
done
play "Deno $deno_version" "$(deno_command)" run --allow-all --no-lock "$adapters/adapter.mjs"
play "Bun $bun_version" "$(bun_command)" "$adapters/adapter.mjs"
WORKERD=$(workerd_command) play "workerd $workerd_version" node "$adapters/workerd.mjs"
play "Chromium $(chromium_version)" node "$adapters/chromium.mjs"
exit "$failed"
