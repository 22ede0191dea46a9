#!/usr/bin/env bash
# Checks the systemd units of deploy/ with `systemd-analyze verify` (package systemd; no running systemd is needed).
set -euo pipefail
cd "$(dirname "$0")/.."

units=$(mktemp -d)
trap 'rm -r "$units"' EXIT
cp deploy/*.service deploy/cron/*.service deploy/cron/*.timer "$units"
# Programs that a machine has only after the installation.
sed -i 's#^ExecStart=/usr/local/[^ ]*#ExecStart=/bin/true#' "$units"/*.service

status=0
for unit in "$units"/*; do
    name=${unit##*/}
    # The colon keeps the units of the system. Verify reports a problem of any unit, and ends with 0 for some of them.
    output=$(SYSTEMD_UNIT_PATH=$units: systemd-analyze verify "${name/@./@example.}" 2>&1) || status=1
    if [ -n "$output" ]; then
        printf '%s\n' "$output"
        status=1
    fi
done
for calendar in $(sed -n 's/^OnCalendar=//p' deploy/cron/*.timer | tr ' ' '_'); do
    systemd-analyze calendar "${calendar//_/ }" >/dev/null
done
[ "$status" = 0 ] && echo "the units are valid"
exit "$status"
