#!/usr/bin/env bash
# Tests the service of the package, and the files of deploy/ that use it, on Node 24, Deno, Bun, workerd and wrangler. About two
# minutes, and a download of 0.4 GB. Needs Rust, Node 20 or later, npm and openssl.
set -euo pipefail
cd "$(dirname "$0")"

target=$(cd ../.. && pwd)/target
tools=$target/javascript
. runtimes/tools.sh

# Dates that fix the behaviour of workerd, from the oldest that is supported to that of deploy/cloudflare.
dates=(2025-01-01 2025-06-01 2026-01-01 2026-11-17)
# Maximum size of the Worker in KiB, compressed. The free plan of Cloudflare allows 3 MB.
max_worker=270

step() {
    printf '\n== %s\n' "$*"
}

with_lab() {
    node test/live/with-lab.mjs "$@"
}

step "build, and a project with the packed package"
./build.sh
if [ -z "${SIMULATOR:-}" ]; then
    # With the features of the whole workspace, so that its libraries are not built twice.
    (cd ../.. && cargo build --locked --quiet --workspace --bin simulator)
    export SIMULATOR=${CARGO_TARGET_DIR:-$target}/debug/simulator
fi
conformance/service/start.sh prepare
. "$tools/service/runtimes"

step "tests on Node $service_node_version"
with_lab "$node" --expose-gc --test test/service.runtime.mjs

step "tests on Deno $deno_version"
with_lab "$deno" test --no-check --allow-all --v8-flags=--expose-gc test/service.runtime.mjs

step "tests on Bun $bun_version"
with_lab "$bun" test --timeout 60000 ./test/service.runtime.mjs

step "the files of deploy/"
DATES=${dates[*]} with_lab node --test test/deploy.check.mjs

step "wrangler deploy --dry-run"
size=$(cd "$tools/service" &&
    WRANGLER_SEND_METRICS=false "$node" node_modules/wrangler/bin/wrangler.js deploy --dry-run --outdir bundle |
    tee /dev/stderr | sed -n 's/^Total Upload: .*gzip: \([0-9.]*\) KiB.*/\1/p')
echo "the Worker has $size KiB compressed, of at most $max_worker"
[ "${size%.*}" -lt "$max_worker" ]
