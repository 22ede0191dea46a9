#!/usr/bin/env bash
# Starts the service as deploy/Containerfile describes it, without a container engine: assembles the files of the image in a folder, with
# the libraries that its base has, and runs its command in there as its user, on a read-only file system. Checks /readyz, a read and a
# change, and that a signal ends it. Needs Linux, root, unshare and curl.
#
#   scripts/container-root.sh OP_USERS
#
# OP_USERS: the program. SIMULATOR: path of the simulator; by default the one that cargo built.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:?"usage: $0 OP_USERS"}
simulator=${SIMULATOR:-target/debug/simulator}
file=deploy/Containerfile
[ "$(id -u)" = 0 ] || { echo "container-root.sh: needs root, to change the root folder" >&2; exit 2; }

root=$(mktemp -d)
chmod 755 "$root"
started=()
finish() {
    trap - EXIT INT TERM
    kill "${started[@]}" 2> /dev/null || true
    wait || true
    rm -rf "$root"
}
trap finish EXIT
trap 'exit 1' INT TERM

# What the Containerfile says.
read -r _ copied installed <<< "$(grep '^COPY ' "$file")"
user=$(sed -n 's/^USER //p' "$file")
command=$(sed -n 's/^ENTRYPOINT //p' "$file")
[ "$copied" = "op-users-x86_64-linux" ]
mapfile -t words < <(python3 -c 'import json, sys; print("\n".join(json.loads(sys.argv[1])))' "$command")
[ "${words[0]}" = "$installed" ]

install -D -m 755 "$program" "$root$installed"
# The base has the C library, certificates and a user, and no shell.
ldd "$program" | grep -o '/[^ ]*' | while IFS= read -r library; do
    install -D -m 755 "$library" "$root$library"
done
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

exec {lines}< <(exec "$simulator" --users 60 --seed 1)
started+=($!)
for _ in 1 2 3 4; do
    IFS= read -r line <&"$lines"
    eval "export $line"
done
key=$(openssl rand -hex 32)
OP_SERVICE_KEYS="responder:contain:$(printf %s "$key" | openssl dgst -sha256 -r | cut -d ' ' -f 1)"
settings=(OP_USERS_BASE_URL="$OP_USERS_BASE_URL" OP_USERS_ACCOUNT_ID="$OP_USERS_ACCOUNT_ID"
    OP_USERS_CLIENT_ID="$OP_USERS_CLIENT_ID" OP_USERS_CLIENT_SECRET="$OP_USERS_CLIENT_SECRET" OP_SERVICE_KEYS="$OP_SERVICE_KEYS")

# On loopback and any free port, in place of all addresses and the port of a container.
arguments=("${words[@]/0.0.0.0:8080/127.0.0.1:0}")
exec {output}< <(exec unshare --mount --fork --kill-child env -i "${settings[@]}" sh -c '
    root=$1 user=$2; shift 2
    mount --bind "$root" "$root" && mount -o remount,bind,ro "$root"
    exec chroot --userspec="$user" "$root" "$@"' sh "$root" "$user" "${arguments[@]}" 2>&1)
service=$!
started+=("$service")
url=
while [ -z "$url" ] && IFS= read -r line <&"$output"; do
    case $line in
    http://*) url=$line ;;
    *) printf '%s\n' "$line" >&2 ;;
    esac
done
: "${url:?the service printed no URL}"
ask() {
    curl --silent --show-error --fail-with-body --header "Authorization: Bearer $key" --header 'Content-Type: application/json' "$@"
}
ask "$url/readyz"
ask "$url/v1/users?page_size=1" | grep -o '"email":"[^"]*"'
ask --data '{"users":["user0007@acme.example"]}' "$url/v1/contain" | grep -o '"changed":1'

process=$(pgrep -f "^$installed serve" | tail -1)
[ "$(sed -n 's/^Uid:\t\([0-9]*\).*/\1/p' "/proc/$process/status")" = "${user%%:*}" ]
[ "$(sed -n 's/^CapEff:\t//p' "/proc/$process/status")" = 0000000000000000 ]
if touch "/proc/$process/root/new" 2> /dev/null; then
    echo "container-root.sh: the file system can be written" >&2
    exit 1
fi
kill -TERM "$process"
wait "$service"
echo "as user $user, without capabilities, on a read-only file system: ready, read, changed, ended"
