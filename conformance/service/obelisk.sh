#!/usr/bin/env bash
# Starts the service as a webhook endpoint of Obelisk: `obelisk.sh OBELISK COMPONENT FOLDER`. Settings are its variables OP_USERS_… and
# OP_SERVICE_…. Prints the lines of the engine, with the URL. What the engine compiles is kept in FOLDER.
set -euo pipefail

obelisk=$1
component=$2
kept=$3
folder=$(mktemp -d)
trap 'kill "${engine:-}" 2> /dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 0' TERM

names=$(printf '"%s", ' "${!OP_USERS_@}" "${!OP_SERVICE_@}" | sed 's/"", //g; s/, $//')
cat > "$folder/deployment.toml" << END
[[webhook_endpoint_wasm]]
name = "onepassword_users_service"
location = "$component"
routes = [""]
env_vars = [$names]
forward_stderr = "stderr"

[[webhook_endpoint_wasm.allowed_host]]
pattern = "\${OP_USERS_BASE_URL}"
methods = ["GET", "POST"]
END
cat > "$folder/server.toml" << END
api.listening_addr = "127.0.0.1:0"
external.listening_addr = "127.0.0.1:0"
webui.enabled = false
database.sqlite.directory = "$folder/database"
[wasm]
cache_directory = "$kept/wasm"
[wasm.codegen_cache]
directory = "$kept/codegen"
END
"$obelisk" server run --server-config "$folder/server.toml" --deployment "$folder/deployment.toml" &
engine=$!
wait "$engine"
