#!/usr/bin/env bash
# Carries the README's calls of the service out under the real `wasmtime serve`, and compares what they print with what the README
# says: the block after the line `<!-- transcript of the service -->`. Its commands are run as they stand there.
#
#   scripts/serve-under-wasmtime.sh COMPOSED_WASM [--bless]
#
# --bless prints the block anew in place of comparing. WASMTIME and SIMULATOR name the two programs; without a wasmtime of the right
# version, cargo installs one into target/tools. README names another file with the block.
set -euo pipefail

version=48.0.8
composed=${1:?"usage: $0 COMPOSED_WASM [--bless]"}
mode=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
readme=${README:-$here/../README.md}

is_right() {
    [ "$("$1" --version 2>/dev/null | cut -d ' ' -f 2)" = "$version" ]
}
WASMTIME=${WASMTIME:-wasmtime}
if ! is_right "$WASMTIME"; then
    tools=$here/../target/tools
    WASMTIME=$tools/bin/wasmtime
    is_right "$WASMTIME" || cargo install wasmtime-cli --version "$version" --locked --root "$tools"
fi
export WASMTIME

# The block, without its fences.
expected=$(awk '/^<!-- transcript of the service -->$/ { found = 1; next }
    found && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$readme")
: "${expected:?"$readme has no transcript of the service"}"

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
: "${URL:?the service did not say where it is}" "$KEY" "$WEBHOOK_SECRET"

# Runs the commands of a transcript, one after the other in this shell, and prints it with what they print now.
carry_out() {
    local line command
    while IFS= read -r line; do
        [[ $line == '$ '* ]] || continue
        printf '%s\n' "$line"
        command=${line#'$ '}
        while [[ $line == *\\ ]] && IFS= read -r line; do
            printf '%s\n' "$line"
            command+=$'\n'$line
        done
        # What fails shows in what is printed.
        eval "$command" </dev/null || true
    done
}

# What differs from run to run.
level() {
    sed -E -e 's/[0-9a-f]{32}/REQUEST-ID/g' -e 's/"time":[0-9]+/"time":NOW/g'
}

actual=$(carry_out <<<"$expected")
if [ "$mode" = --bless ]; then
    printf '%s\n' "$actual"
else
    diff --unified <(level <<<"$expected") <(level <<<"$actual")
    echo "the calls of the README print what it says"
fi
