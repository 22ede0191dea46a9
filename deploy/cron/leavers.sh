#!/bin/sh
# Suspends the people in a list, without a person at a terminal: for op-users-leavers.service, or cron. See docs/cron.md.
# Run by `cargo test -p onepassword-users-cli nightly_job`.
#
# usage: leavers.sh LIST, an absolute path
#
# Its exit status is that of op-users; 75 also if another run is under way, or 1Password cannot be asked for the settings.
set -eu
umask 077

list=$1
settings=${LEAVERS_SETTINGS:-/etc/op-users/responder.env}
protected=${LEAVERS_PROTECTED:-/etc/op-users/protected.txt}
cd "${STATE_DIRECTORY:-/var/lib/op-users}"

for program in op op-users flock; do
    command -v "$program" >/dev/null || {
        echo "$program is not in PATH: $PATH" >&2
        exit 2
    }
done

# One run at a time. The lock ends with the process, however it ends.
exec 9>lock
flock --nonblock 9 || {
    echo "another run is under way" >&2
    exit 75
}

# The token is in memory: systemd has decrypted it for this unit.
if [ -n "${CREDENTIALS_DIRECTORY:-}" ]; then
    OP_SERVICE_ACCOUNT_TOKEN=$(cat "$CREDENTIALS_DIRECTORY/op-token")
    export OP_SERVICE_ACCOUNT_TOKEN
fi

# Fills in the references of the file, and takes its other values as they are.
while IFS='=' read -r name value || [ -n "$name" ]; do
    case $name in
    OP_USERS_*) ;;
    *) continue ;;
    esac
    value=${value#\"}
    value=${value%\"}
    case $value in
    op://*) value=$(op read "$value" 9>&-) || exit 75 ;;
    esac
    export "$name=$value"
done <"$settings"
unset OP_SERVICE_ACCOUNT_TOKEN

exec op-users contain --yes --file "$list" \
    --missing-ok --empty-ok --skip-blank \
    --max-changes "${LEAVERS_MAX_CHANGES:-10}" --protect-file "$protected" \
    --operator "leavers@$(uname -n)" --reason "list of leavers" \
    --report "report-$(date -u +%Y%m%dT%H%M%SZ)-$$.json" --audit audit.jsonl
