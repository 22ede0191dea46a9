#!/usr/bin/env bash
# Runs deploy/nginx.conf on loopback, with a certificate made for this run, in front of `op-users serve --simulator`, and checks it with
# curl: TLS, keys, a change, the size and the time of a body, the log.
#
#   scripts/serve-behind-nginx.sh [OP_USERS]
#
# OP_USERS: the command, by default the one that cargo built. NGINX: path of nginx, by default `nginx` on the PATH. Needs curl, openssl and
# Python 3, which finds a free port.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
op_users=${1:-${CARGO_TARGET_DIR:-$here/../target}/debug/op-users}
nginx=${NGINX:-nginx}
PATH=$PATH:/usr/sbin
name=users.acme.example
folder=$(mktemp -d)
started=()

finish() {
    trap - EXIT INT TERM
    kill "${started[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM

exec {lines}< <(exec "$op_users" serve --simulator --listen 127.0.0.1:0 --json 2>"$folder/service.log")
started+=($!)
IFS= read -r announced <&"$lines" || true
field() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" <<<"$announced"
}
url=$(field url)
key=$(field key)
: "${url:?the service printed no URL}"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -keyout "$folder/key.pem" -out "$folder/fullchain.pem" 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -e "s|listen 443 ssl|listen 127.0.0.1:$port ssl|" -e "s|/etc/ssl/users|$folder|" -e "s|/var/log/nginx|$folder|" \
    -e "s|http://127.0.0.1:8080|$url|" "$here/../deploy/nginx.conf" >"$folder/users.conf"
cat >"$folder/nginx.conf" <<END
daemon off;
pid $folder/nginx.pid;
error_log $folder/error.log;
$([ "$(id -u)" != 0 ] || echo 'user root;')
events {}
http {
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    include $folder/users.conf;
}
END
"$nginx" -e "$folder/error.log" -c "$folder/nginx.conf" &
started+=($!)

# Sends a request through nginx; prints the body, and then the status on a line of its own.
ask() {
    local path=$1
    shift
    curl --silent --show-error --max-time 20 --cacert "$folder/fullchain.pem" --resolve "$name:$port:127.0.0.1" \
        --write-out '\n%{http_code}\n' "$@" "https://$name:$port$path"
}
checks=0
# Compares the last line of a text, a status, and looks for a part in it.
expect() {
    local what=$1 status=$2 part=$3 answer=$4
    if [ "$(tail -1 <<<"$answer")" != "$status" ] || ! grep -qF -- "$part" <<<"$answer"; then
        printf '%s: not %s with %s:\n%s\n' "$what" "$status" "$part" "$answer" >&2
        cat "$folder/error.log" >&2
        exit 1
    fi
    checks=$((checks + 1))
}

ask /healthz --retry 50 --retry-delay 0 --retry-connrefused --output "$folder/first" >/dev/null
json=(-H 'content-type: application/json')
users='{"users":["user0007@acme.example"]}'
expect "health" 200 '"alive"' "$(ask /healthz)"
expect "readiness" 200 '"ready"' "$(ask /readyz)"
expect "no key" 401 '"unauthorized"' "$(ask /v1/contain "${json[@]}" -d "$users")"
expect "a wrong key" 401 'asic realm=' "$(ask /v1/contain -i -u any:wrong "${json[@]}" -d "$users")"
expect "a containment" 200 '"summary":{"changed":1,' "$(ask /v1/contain -u "any:$key" "${json[@]}" -d "$users")"
expect "the same again" 200 '"unchanged":1' "$(ask /v1/contain -H "authorization: Bearer $key" "${json[@]}" -d "$users")"
expect "a query" 404 '"not-found"' "$(ask '/v1/users:find?email=secret%40acme.example' -u "any:$key")"
printf '%-65536s' "$users" >"$folder/largest"
expect "64 KiB" 200 '"unchanged":1' "$(ask /v1/contain -u "any:$key" "${json[@]}" --data-binary "@$folder/largest")"
printf '%-65537s' "$users" >"$folder/larger"
expect "more than 64 KiB" 413 '413' "$(ask /v1/contain -u "any:$key" "${json[@]}" --data-binary "@$folder/larger")"
expect "plain HTTP" 400 'plain HTTP' "$(curl --silent --write-out '\n%{http_code}\n' "http://127.0.0.1:$port/healthz")"

# A body that does not arrive: nginx ends the connection, and the service never sees the request.
expect "health beside a slow body" 200 '"alive"' "$(
    python3 - "$folder/fullchain.pem" "$name" "$port" <<'END' &
import socket, ssl, sys

certificate, name, port = sys.argv[1:]
plain = socket.create_connection(("127.0.0.1", port), timeout=9)
with ssl.create_default_context(cafile=certificate).wrap_socket(plain, server_hostname=name) as connection:
    head = f"POST /v1/contain HTTP/1.1\r\nhost: {name}\r\ncontent-length: 9\r\n\r\n"
    connection.sendall(head.encode())
    # Fails if nothing arrives within nine seconds, neither a response nor the end.
    connection.recv(1)
END
    slow=$!
    ask /healthz
    wait "$slow" || echo "the connection stayed open"
)"
if grep -q secret "$folder/users.log"; then
    echo "the log of nginx contains a query" >&2
    exit 1
fi
id=$(sed -n 's/.*"path":"\/v1\/contain","status":200,"request_id":"\([0-9a-f]*\)".*/\1/p' "$folder/users.log" | head -1)
if ! grep -q "\"correlation_uid\":\"${id:?the log of nginx has no request id}\"" "$folder/service.log"; then
    echo "the audit of the service does not have the request id of the log of nginx" >&2
    exit 1
fi
echo "deploy/nginx.conf works with $("$nginx" -v 2>&1 | sed 's/.*: //'): $((checks + 2)) checks"
