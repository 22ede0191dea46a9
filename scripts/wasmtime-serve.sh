#!/usr/bin/env bash
# Starts a simulator of the API, and the composed service under `wasmtime serve`, both on free ports of loopback. Prints one JSON
# object with `url`, `key` and `webhook_secret`, and runs until it is killed.
#
#   scripts/wasmtime-serve.sh COMPOSED_WASM
#
# WASMTIME and SIMULATOR: paths of the two programs; by default `wasmtime` on the PATH and the simulator that cargo built.
set -euo pipefail

composed=${1:?"usage: $0 COMPOSED_WASM"}
here=$(cd "$(dirname "$0")" && pwd)
wasmtime=${WASMTIME:-wasmtime}
simulator=${SIMULATOR:-$here/../target/debug/simulator}
started=()

finish() {
    trap - EXIT INT TERM
    kill "${started[@]}" 2>/dev/null || true
    wait || true
}
trap finish EXIT
trap 'exit 0' INT TERM

# The simulator prints its settings as four lines for a shell.
exec {lines}< <(exec "$simulator" --users 60 --seed 1)
started+=($!)
for _ in 1 2 3 4; do
    IFS= read -r line <&"$lines"
    eval "$line"
done
: "${OP_USERS_BASE_URL:?the simulator printed no URL}"

key=$(openssl rand -hex 32)
webhook_secret=whsec_$(openssl rand -base64 32)
OP_SERVICE_KEYS="responder:contain:$(printf %s "$key" | openssl dgst -sha256 -r | cut -d ' ' -f 1)"
OP_SERVICE_WEBHOOK_SECRETS="siem:$webhook_secret"
export OP_SERVICE_KEYS OP_SERVICE_WEBHOOK_SECRETS

# `--env NAME` without a value keeps the value off the command line.
exec {lines}< <(exec "$wasmtime" serve -S cli=y --no-logging-prefix --addr 127.0.0.1:0 \
    --env OP_USERS_ACCOUNT_ID --env OP_USERS_CLIENT_ID --env OP_USERS_CLIENT_SECRET --env OP_USERS_BASE_URL \
    --env OP_SERVICE_KEYS --env OP_SERVICE_WEBHOOK_SECRETS \
    "$composed" 2>&1)
started+=($!)
url=
while [ -z "$url" ] && IFS= read -r line <&"$lines"; do
    case $line in
    "Serving HTTP on "*)
        url=${line#Serving HTTP on }
        url=${url%/}
        ;;
    *) printf '%s\n' "$line" >&2 ;;
    esac
done
: "${url:?wasmtime printed no URL}"
printf '{"url":"%s","key":"%s","webhook_secret":"%s"}\n' "$url" "$key" "$webhook_secret"

# Shows the lines of the service, and the message of a component that traps.
cat <&"$lines" >&2 &
started+=($!)
wait
