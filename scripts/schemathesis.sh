#!/usr/bin/env bash
# Tests a running service against its own OpenAPI description with schemathesis: examples, every constraint, fuzzing and sequences of
# calls, from a fixed seed. Needs Python 3 with schemathesis 4 (`pip install schemathesis`).
#
#   scripts/schemathesis.sh op-users serve --simulator --json
#   scripts/schemathesis.sh scripts/wasmtime-serve.sh COMPOSED_WASM
#
# The arguments are a command that starts the service in front of a simulator, prints one JSON object with `url`, `key` and
# `webhook_secret`, and runs until it is killed. SCHEMATHESIS: path of the program, if it is not on the PATH. EXAMPLES and SEED:
# number of examples per route and seed, 50 and 1 by default.
set -euo pipefail

: "${1:?"usage: $0 COMMAND ..."}"
here=$(cd "$(dirname "$0")" && pwd)

exec {lines}< <(exec "$@")
service=$!
finish() {
    trap - EXIT INT TERM
    kill "$service" 2>/dev/null || true
    wait "$service" 2>/dev/null || true
}
trap finish EXIT
trap 'exit 1' INT TERM

IFS= read -r started <&"$lines" || true
field() {
    sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" <<<"$started"
}
url=$(field url)
key=$(field key)
WEBHOOK_SECRET=$(field webhook_secret)
: "${url:?the service printed no URL}"
export WEBHOOK_SECRET

export SCHEMATHESIS_HOOKS=webhook_signature PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} PYTHONDONTWRITEBYTECODE=1
"${SCHEMATHESIS:-schemathesis}" --config-file "$here/schemathesis.toml" run "$url/openapi.json" \
    --header "Authorization: Bearer $key" \
    --phases examples,coverage,fuzzing,stateful --max-examples "${EXAMPLES:-50}" \
    --seed "${SEED:-1}" --generation-with-security-parameters false --continue-on-failure --request-timeout 30 --no-color
