#!/usr/bin/env bash
# Tests the tools for language models with other people's programs, on both faces, `op-users mcp` and `POST /mcp` of `op-users serve`:
# the clients of rmcp, PyPI and npm, in two eras of the protocol each; the strict check of the inspector; and the conformance suite of
# the protocol, of which conformance/agents/expected-*.yml lists what does not apply. About two minutes, one of them to build the
# client of rmcp, and a download of 0.3 GB.
#
# Needs cargo, Python 3.10 or later with pip, and Node 20 or later with npm. OP_USERS names a program that is built already.
set -euo pipefail
cd "$(dirname "$0")/.."

client_version=2.4.0
inspector_version=2.12.0
suite_version=0.2.0-alpha.12
mcp_version=2.3.0

target=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target/javascript
folder=$target/agents
agents=conformance/agents
. packages/javascript/runtimes/tools.sh
# The inspector and the suite need Node 22.
suite_node_version=${node_versions[1]}

step() {
    printf '\n== %s\n' "$*"
}

step "build"
op_users=${OP_USERS:-$target/debug/op-users}
[ -n "${OP_USERS-}" ] || cargo build --locked
CARGO_TARGET_DIR=$folder/rust cargo build --locked --quiet --manifest-path "$agents/rust/Cargo.toml"
python3 -m pip install --quiet --upgrade --target "$folder/python" "mcp==$mcp_version"
node=$(node_command "$suite_node_version")
modules=$(tool agents "@modelcontextprotocol/client@$client_version" "@modelcontextprotocol/inspector@$inspector_version" \
    "@modelcontextprotocol/conformance@$suite_version")
# Where its imports find the package.
cp "$agents/client.mjs" "$agents/with-key.mjs" "$modules/.."

started=()
finish() {
    trap - EXIT INT TERM
    kill "${started[@]}" 2> /dev/null || true
    wait || true
}
trap finish EXIT
trap 'exit 1' INT TERM

exec {lines}< <(exec "$op_users" --simulator serve --listen 127.0.0.1:0 --json 2> "$folder/serve.log")
started+=($!)
IFS= read -r line <&"$lines" || true
field() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<< "$line"
}
url=$(field url)
key=$(field key)
: "${url:?the service printed no URL: see $folder/serve.log}"
exec {proxied}< <(exec "$node" "$modules/../with-key.mjs" "$url" "$key")
started+=($!)
IFS= read -r open_url <&"$proxied"

step "clients of rmcp, PyPI mcp $mcp_version and npm @modelcontextprotocol/client $client_version"
# Plays the work of one client. Its lines are shown only if it fails: the command writes one for each call.
play() {
    local log=$folder/client.log
    if timeout 120 "$@" 2> "$log"; then
        return
    fi
    cat "$log" >&2
    echo "agents.sh: failed: $*" >&2
    exit 1
}
for era in legacy auto; do
    for face in "stdio $op_users" "http $url $key"; do
        read -ra arguments <<< "$face"
        play "$folder/rust/debug/onepassword-users-agents" "$era" "${arguments[@]}"
        PYTHONPATH=$folder/python play python3 "$agents/client.py" "$era" "${arguments[@]}"
        play "$node" "$modules/../client.mjs" "$era" "${arguments[@]}"
    done
done

step "the schemas of the tools, by the inspector $inspector_version"
inspector=$modules/@modelcontextprotocol/inspector
entry=$("$node" -p "const bin = require('$inspector/package.json').bin; typeof bin === 'string' ? bin : bin['mcp-inspector']")
for era in legacy modern; do
    for face in "$op_users --simulator mcp --allow-contain" "$url/mcp --transport http"; do
        read -ra arguments <<< "$face"
        options=(--method tools/list --strict --protocol-era "$era")
        [ "${arguments[0]}" = "$op_users" ] || options+=(--header "Authorization: Bearer $key")
        MCP_CATALOG_PATH=$folder/catalog.json play "$node" "$inspector/$entry" --cli "${arguments[@]}" "${options[@]}" > "$folder/tools.json"
        count=$(grep -c '"inputSchema"' "$folder/tools.json")
        echo "$era, ${arguments[*]}: $count tools"
        [ "$count" = 6 ]
        # It warns of schemas that some programs would not take.
        if grep -q Warning "$folder/client.log"; then
            cat "$folder/client.log" >&2
            exit 1
        fi
    done
done

step "the conformance suite $suite_version"
suite=$modules/@modelcontextprotocol/conformance
for revision in 2026-07-28 2025-11-25; do
    log=$folder/suite-$revision.log
    if ! "$node" "$suite/dist/index.js" server --url "$open_url/mcp" --requirements "$revision" \
        --expected-failures "$agents/expected-$revision.yml" --output-dir "$folder/suite" > "$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    printf '%s: scenarios without a failure:\n' "$revision"
    sed -n '/^=== SUMMARY/,/^Not scored/p' "$log" | grep '^✓'
done
