#!/usr/bin/env bash
# Starts the service of the packed package in a runtime: `start.sh node|deno|bun|workerd|wrangler`, with the files of deploy/. Settings
# are its variables OP_USERS_… and OP_SERVICE_…. Prints a line of JSON with the `url`, and runs until SIGTERM.
#
# `start.sh prepare` makes the project with the package, and installs all runtimes. Needs ./build.sh before.
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(cd ../.. && pwd)/target
tools=$target/javascript
project=$tools/service
deploy=$(cd ../../deploy && pwd)
. runtimes/tools.sh

case ${1-} in
prepare)
    rm -rf "$project"
    mkdir -p "$project"
    packed=$(npm pack --silent --pack-destination "$project")
    (cd "$project" && npm init --yes > /dev/null && npm install --silent --no-audit --no-fund "./$packed" "wrangler@$wrangler_version")
    for runtime in node deno bun; do
        cp "$deploy/$runtime/server.mjs" "$project/$runtime.mjs"
    done
    cp "$deploy/cloudflare/worker.mjs" "$project/"
    # Plain loopback: no zone, no account.
    sed 's/^OP_.*//' "$deploy/cloudflare/wrangler.toml" > "$project/wrangler.toml"
    {
        echo "node=$(node_command "$service_node_version")"
        echo "deno=$(deno_command)"
        echo "bun=$(bun_command)"
        echo "workerd=$(workerd_command)"
    } > "$project/runtimes"
    exit
    ;;
esac

[ -f "$project/runtimes" ] || { echo "start.sh: run \`start.sh prepare\` first" >&2; exit 2; }
. "$project/runtimes"
export HOST=127.0.0.1 PORT=0
case ${1-} in
node) exec "$node" "$project/node.mjs" ;;
deno) exec "$deno" run --quiet --no-prompt --allow-env --allow-read="$project" --allow-net=127.0.0.1 "$project/deno.mjs" ;;
bun) exec "$bun" "$project/bun.mjs" ;;
workerd) WORKERD=$workerd exec "$node" conformance/service/workerd.mjs "$project" ;;
wrangler) exec "$node" conformance/service/wrangler.mjs "$project" ;;
*)
    echo "usage: start.sh prepare|node|deno|bun|workerd|wrangler" >&2
    exit 2
    ;;
esac
