#!/usr/bin/env bash
# Starts the service under `wasmtime serve`, with the options of deploy/: `wasmtime.sh WASMTIME COMPONENT [OPTION...]`. Settings are its
# variables OP_USERS_… and OP_SERVICE_…, which `--env NAME` keeps off the command line. Prints the line with the URL.
set -euo pipefail

wasmtime=$1
component=$2
shift 2
options=(-S cli=y --addr 127.0.0.1:0 "$@")
for name in "${!OP_USERS_@}" "${!OP_SERVICE_@}"; do
    options+=(--env "$name")
done
exec "$wasmtime" serve "${options[@]}" "$component"
