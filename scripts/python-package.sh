#!/usr/bin/env bash
# Builds the Python package, installs it into fresh environments, and tests what is installed.
#
# Usage: python-package.sh [--full] [PYTHON...]
#
# Quick: with `python3`, and the newest wasmtime and httpx of the ranges. --full: with both ends of the ranges, and with each
# PYTHON that is named, such as python3.9; by default those from 3.9 to 3.14 that are found. Needs cargo, the target
# wasm32-unknown-unknown and PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

is_full=
if [ "${1-}" = --full ]; then
    is_full=1
    shift
fi
pythons=("$@")
target=${CARGO_TARGET_DIR:-$PWD/target}
folder=$PWD/target/python-package
package=packages/python
# The ends of the ranges in pyproject.toml.
oldest=("wasmtime==45.0.0" "httpx==0.27.0")
newest=("wasmtime==50.0.1" "httpx==0.28.1")

step() {
    printf '\n== %s\n' "$*"
}

# Makes an environment. Arguments: its name, the interpreter.
environment() {
    rm -rf "${folder:?}/$1"
    "$2" -m venv "$folder/$1"
}

# Installs a program's packages into an environment. Arguments: its name, requirements.
install() {
    local name=$1
    shift
    "$folder/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Tests the installed wheel in a fresh environment. Arguments: the environment's name, the interpreter, requirements.
test_wheel() {
    local name=$1 python=$2
    shift 2
    step "the tests, with $("$python" --version) and $*"
    environment "$name" "$python"
    install "$name" "$folder"/dist/*.whl "$@" --requirement "$package/requirements-test.txt"
    (cd "$package" && SIMULATOR=$target/debug/simulator "$folder/$name/bin/python" -m pytest --quiet -p no:cacheprovider)
}

step "the module and the simulator"
cargo build --locked --profile steps --target wasm32-unknown-unknown --package onepassword-users-steps
cargo build --locked --package onepassword-users-simulator
cp "$target/wasm32-unknown-unknown/steps/onepassword_users_steps.wasm" "$package/src/onepassword_users/"
cp LICENSE-MIT LICENSE-APACHE "$package/"

step "format, lints and types"
environment tools python3
install tools --requirement "$package/requirements-dev.txt" "${newest[@]}"
tools=$folder/tools/bin
(cd "$package" && "$tools/ruff" check --no-cache && "$tools/ruff" format --no-cache --check)
(cd "$package" && "$tools/mypy" --cache-dir "$folder/mypy")

step "the wheel"
rm -rf "${folder:?}/dist"
"$tools/python" -m build --wheel --no-isolation --outdir "$folder/dist" "$package"

if [ -z "$is_full" ]; then
    test_wheel quick python3 "${newest[@]}"
    exit
fi

if [ ${#pythons[@]} -eq 0 ]; then
    for minor in 9 10 11 12 13 14; do
        for python in "python3.$minor" "$HOME"/.pyenv/versions/3."$minor".*/bin/python; do
            if command -v "$python" > /dev/null && "$python" -c 'import venv, ensurepip' 2> /dev/null; then
                pythons+=("$python")
                break
            fi
        done
    done
fi
for python in "${pythons[@]}"; do
    test_wheel oldest "$python" "${oldest[@]}"
    test_wheel newest "$python" "${newest[@]}"
done
