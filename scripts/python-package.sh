#!/usr/bin/env bash
# Builds the Python package and tests it as it is installed.
#
# Usage: python-package.sh [--full [PYTHON...]]
#
# Quick, about a minute: format, lints, types, and the tests without the slow ones, with `python3` and the newest wasmtime and
# httpx of the ranges. Its environment is kept for the next run.
#
# --full, about half an hour: all tests and the conformance cases of both clients, under an address-space limit of 4 GiB, with
# both ends of the ranges, on each PYTHON, such as python3.9 or a path; and the README's lines in a fresh environment. By
# default the Pythons are 3.9 to 3.13, of the PATH or of pyenv. One that is missing is a failure.
#
# Needs cargo, the target wasm32-unknown-unknown and PyPI. SIMULATOR and CONFORMANCE name programs that are built already, and
# STEPS_MODULE the module, by absolute paths.
set -euo pipefail
cd "$(dirname "$0")/.."

is_full=
if [ "${1-}" = --full ]; then
    is_full=1
    shift
elif [ $# -gt 0 ]; then
    echo "usage: python-package.sh [--full [PYTHON...]]" >&2
    exit 2
fi
wanted=("$@")
target=${CARGO_TARGET_DIR:-$PWD/target}
folder=$PWD/target/python-package
package=packages/python
# The ends of the ranges in pyproject.toml.
oldest=("wasmtime==45.0.0" "httpx==0.27.0")
newest=("wasmtime==50.0.1" "httpx==0.28.1")
address_space=$((4 << 20)) # KiB

step() {
    printf '\n== %s\n' "$*"
}

# Prints the path of a Python that can make environments. Argument: its name, or its version.
find_python() {
    local candidate
    for candidate in "$1" "python$1" "$HOME"/.pyenv/versions/"${1#python}".*/bin/python; do
        if command -v "$candidate" > /dev/null && "$candidate" -c 'import venv, ensurepip' 2> /dev/null; then
            command -v "$candidate"
            return
        fi
    done
    echo "python-package.sh: Python $1 is missing, or lacks venv" >&2
    return 1
}

# Makes an environment. Arguments: its name, the interpreter, requirements.
environment() {
    local name=$1 python=$2
    shift 2
    rm -rf "${folder:?}/$name"
    "$python" -m venv "$folder/$name"
    "$folder/$name/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Runs the tests. Arguments: the environment's name, options of pytest.
run_tests() {
    local python=$folder/$1/bin/python
    shift
    (cd "$package" && SIMULATOR=$simulator "$python" -m pytest --quiet -p no:cacheprovider "$@")
}

pythons=()
if [ -n "$is_full" ]; then
    [ ${#wanted[@]} -gt 0 ] || wanted=(3.9 3.10 3.11 3.12 3.13)
    for name in "${wanted[@]}"; do
        path=$(find_python "$name")
        pythons+=("$path")
    done
fi

step "the module and the simulator"
module=${STEPS_MODULE:-$target/wasm32-unknown-unknown/steps/onepassword_users_steps.wasm}
[ -n "${STEPS_MODULE-}" ] ||
    cargo build --locked --profile steps --target wasm32-unknown-unknown --package onepassword-users-steps
simulator=${SIMULATOR:-$target/debug/simulator}
# With the features of the whole workspace, so that its libraries are not built twice.
[ -n "${SIMULATOR-}" ] || cargo build --locked --workspace --bin simulator
install -m 644 "$module" "$package/src/onepassword_users/onepassword_users_steps.wasm"
install -m 644 protocol/schema.json "$package/src/onepassword_users/schema.json"
cp LICENSE-MIT LICENSE-APACHE "$package/"

# Kept as long as the requirements and the interpreter are the same.
stamp=$(cat "$package"/requirements-*.txt | cksum) && stamp="$stamp ${newest[*]} $(python3 -VV)"
if [ "$(cat "$folder/quick/stamp" 2> /dev/null)" != "$stamp" ]; then
    step "the environment"
    environment quick python3 --requirement "$package/requirements-dev.txt" "${newest[@]}"
    echo "$stamp" > "$folder/quick/stamp"
fi
tools=$folder/quick/bin

step "the wheel"
rm -rf "${folder:?}/dist"
"$tools/python" -m build --wheel --no-isolation --outdir "$folder/dist" "$package"
"$tools/python" -m pip install --quiet --disable-pip-version-check --force-reinstall --no-deps "$folder"/dist/*.whl

step "format, lints, types, and the tests with $(python3 --version) and ${newest[*]}"
(cd "$package" && "$tools/ruff" check --no-cache && "$tools/ruff" format --no-cache --check)
(cd "$package" && "$tools/mypy" --cache-dir "$folder/mypy") &
types=$!
if [ -z "$is_full" ]; then
    run_tests quick -m "not slow"
    wait "$types"
    exit
fi
wait "$types"

conformance=${CONFORMANCE:-$target/debug/conformance}
[ -n "${CONFORMANCE-}" ] || cargo build --locked --workspace --bin conformance
for python in "${pythons[@]}"; do
    version=$("$python" --version)
    for end in oldest newest; do
        versions=("${newest[@]}")
        [ "$end" = newest ] || versions=("${oldest[@]}")
        step "the tests and the conformance cases, with $version and ${versions[*]}"
        environment "$end" "$python" "$folder"/dist/*.whl "${versions[@]}" --requirement "$package/requirements-test.txt"
        (
            ulimit -v "$address_space"
            run_tests "$end"
            for client in Client AsyncClient; do
                "$conformance" run --host "$version $client, ${versions[*]}" -- \
                    "$folder/$end/bin/python" "$package/conformance/adapter.py" "$client"
            done
        )
    done
    step "the README's lines in a fresh environment, with $version"
    environment fresh "$python" "$folder"/dist/*.whl
    (
        ulimit -v "$address_space"
        README_PYTHON=$folder/fresh/bin/python run_tests newest tests/test_readme.py
    )
done
