# Versions of the runtimes that the package is tested on, and their installation from npm. Read by other scripts.

node_versions=(20.20.2 22.23.3 24.21.0 26.10.0)
deno_version=2.9.6
bun_version=1.4.5
workerd_version=1.20261117.1
wrangler_version=4.164.0
# The first one with JavaScript Promise Integration, which the service needs.
service_node_version=24.21.0

# Installs packages of npm into a folder of their own, and prints its folder `node_modules`.
tool() {
    local folder=$tools/$1
    shift
    mkdir -p "$folder"
    [ -f "$folder/package.json" ] || echo '{ "private": true }' > "$folder/package.json"
    npm install --silent --no-audit --no-fund --prefix "$folder" "$@"
    echo "$folder/node_modules"
}

node_command() {
    echo "$(tool "node-$1" "node@$1")/.bin/node"
}

deno_command() {
    echo "$(tool deno "deno@$deno_version")/.bin/deno"
}

bun_command() {
    echo "$(tool bun "bun@$bun_version")/.bin/bun"
}

workerd_command() {
    echo "$(tool workerd "@cloudflare/workerd-linux-64@$workerd_version")/@cloudflare/workerd-linux-64/bin/workerd"
}

chromium_command() {
    command -v "${CHROMIUM:-chromium}"
}

# Version of Chromium, in digits.
chromium_version() {
    "$(chromium_command)" --version 2> /dev/null | grep --only-matching '[0-9][0-9.]*' | head -1
}
