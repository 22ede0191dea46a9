#!/usr/bin/env bash
# Runs deploy/obelisk: suspends users by activities and by a workflow, kills the engine in the middle, and shows that no user is lost.
# About a minute. Usage: obelisk.sh [install]
#
# install: only installs the engine, and prints the path of its program. It comes from crates.io, and takes a quarter of an hour to
# build, once; needs the package protobuf-compiler. OBELISK names one that is installed already.
set -euo pipefail
cd "$(dirname "$0")/.."

version=0.38.3
target=${CARGO_TARGET_DIR:-$PWD/target}
tools=$target/tools/obelisk-$version
obelisk=${OBELISK:-$tools/bin/obelisk}
if [ ! -x "$obelisk" ]; then
    # Built as quickly as possible: what it runs is compiled by its own compiler.
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
        cargo install "obelisk@$version" --locked --root "$tools" --target-dir "$target/obelisk-build" >&2
fi
if [ "${1-}" = install ]; then
    echo "$obelisk"
    exit
fi

wasm=wasm32-unknown-unknown
folder=$target/obelisk
rm -rf "$folder"
mkdir -p "$folder"
cargo build --locked --workspace --bin op-users --bin simulator
for package in onepassword-users-obelisk onepassword-users-obelisk-workflow; do
    cargo build --locked --profile component --target "$wasm" --package "$package"
done
"$target/debug/op-users" component --with "$target/$wasm/component/onepassword_users_obelisk.wasm" "$folder/activity.wasm"
cp "$target/$wasm/component/onepassword_users_obelisk_workflow.wasm" "$folder/workflow.wasm"
"$target/debug/op-users" component --service "$folder/service.wasm"
cp deploy/obelisk/*.toml "$folder/"
python3 scripts/obelisk_engine.py "$obelisk" "$target/debug/simulator" "$folder"
