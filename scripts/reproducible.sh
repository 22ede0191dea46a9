#!/usr/bin/env bash
# Makes the components and the packages of the release twice, from the last commit, in two folders with target folders of their own, and
# compares all bytes. About five minutes. Needs cargo, Python 3 with pip, Node and npm.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build --quiet --locked --manifest-path xtask/Cargo.toml --target-dir "$target/xtask"
for clone in one "another folder"; do
    git clone --quiet . "$folder/$clone"
    # Another user's mask, home for temporary files, and time zone must not matter either.
    (
        umask "$([ "$clone" = one ] && echo 022 || echo 077)"
        export TZ="$([ "$clone" = one ] && echo UTC || echo Asia/Tokyo)"
        unset CARGO_TARGET_DIR SOURCE_DATE_EPOCH
        cd "$folder/$clone"
        "$target/xtask/debug/onepassword-users-xtask" --repository . dist --without-programs > /dev/null
    )
done
diff "$folder/one/dist/SHA256SUMS" "$folder/another folder/dist/SHA256SUMS"
cat "$folder/one/dist/SHA256SUMS"
echo "twice the same bytes"
