#!/usr/bin/env bash
# Pushes the components of a release to a registry of containers on loopback, twice, and pulls them: the digests must be the same, the
# files those of the release, and the service that was pulled must run. Needs cargo, Debian's `docker-registry`, curl, openssl, and Python
# with pip for wasmtime.
#
#   scripts/registry.sh [FOLDER]
#
# FOLDER: the release, by default dist. REGISTRY_PROGRAM: path of the registry.
set -euo pipefail
cd "$(dirname "$0")/.."

release=${1:-dist}
program=${REGISTRY_PROGRAM:-docker-registry}
folder=$(mktemp -d)
started=()
finish() {
    trap - EXIT INT TERM
    kill "${started[@]}" 2> /dev/null || true
    wait || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

cat > "$folder/registry.yml" << END
version: 0.1
log:
  level: info
storage:
  filesystem:
    rootdirectory: $folder/data
http:
  addr: 127.0.0.1:0
  secret: none
END
exec {lines}< <(exec "$program" serve "$folder/registry.yml" 2>&1)
started+=($!)
address=
while [ -z "$address" ] && IFS= read -r line <&"$lines"; do
    address=$(sed -n 's/.*listening on \(127[0-9.:]*\).*/\1/p' <<< "$line")
done
: "${address:?the registry said no address}"
cat <&"$lines" > /dev/null &
started+=($!)

cargo xtask-registry push --from "$release" "$address/acme" > "$folder/pushed"
cargo xtask-registry push --from "$release" "$address/acme" > "$folder/again"
cmp "$folder/pushed" "$folder/again"
cat "$folder/pushed"

# Each file by its tag and by its digest.
while IFS= read -r reference; do
    name=${reference%@*}
    for pulled in "$name" "${name%:*}@${reference#*@}"; do
        cargo xtask-registry pull "$pulled" "$folder/pulled.wasm" > "$folder/digest"
        grep -q "^$(cut -d ' ' -f 1 "$folder/digest")  " "$release/SHA256SUMS"
    done
done < "$folder/pushed"

# The manifest says what is inside, and when it was made: at the time of the sources.
service=$(grep 'onepassword-users-service:' "$folder/pushed")
manifest=$(curl -sS -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
    "http://$address/v2/acme/onepassword-users-service/manifests/${service#*@}")
[ "sha256:$(printf %s "$manifest" | openssl dgst -sha256 -r | cut -d ' ' -f 1)" = "${service#*@}" ]
config=$(python3 -c '
import json, sys
manifest = json.loads(sys.argv[1])
assert manifest["config"]["mediaType"] == "application/vnd.wasm.config.v0+json", manifest
assert [layer["mediaType"] for layer in manifest["layers"]] == ["application/wasm"], manifest
for name in ("title", "version", "description", "licenses", "revision", "authors"):
    print(f"{name}: " + manifest["annotations"][f"org.opencontainers.image.{name}"], file=sys.stderr)
print(manifest["config"]["digest"])' "$manifest")
created=$(curl -sS "http://$address/v2/acme/onepassword-users-service/blobs/$config" |
    python3 -c 'import datetime, json, sys; print(int(datetime.datetime.fromisoformat(json.load(sys.stdin)["created"].replace("Z", "+00:00")).timestamp()))')
[ "$created" = "${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" ]

cargo xtask-registry pull "${service%@*}" "$folder/service.wasm"
scripts/serve-under-wasmtime.sh "$folder/service.wasm"
