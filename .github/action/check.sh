#!/usr/bin/env bash
# Scans, annotates, and leaves the reports in a folder: unspin.sarif of all, unspin.md and unspin.json of what changed.
# Never fails for what it finds: `code` and `findings` say that, so that the reports are delivered first.
# Reads SINCE, PATHS and ARGUMENTS (one a line), SARIF, REPORTS (the folder), GITHUB_OUTPUT, GITHUB_SERVER_URL, GITHUB_REPOSITORY.
set -euo pipefail

mkdir -p "$REPORTS"
rm -f "$REPORTS"/unspin.*
# The shell of macOS knows neither `mapfile` nor empty lists, so that neither list is ever empty.
arguments=(--color=never)
while IFS= read -r line; do [ -z "$line" ] || arguments+=("$line"); done <<< "${ARGUMENTS:-}"
paths=(--)
while IFS= read -r line; do [ -z "$line" ] || paths+=("$line"); done <<< "${PATHS:-.}"

# Code scanning compares whole scans: an alert that is not in the log counts as fixed.
if [ "${SARIF:-true}" = true ]; then
    unspin check "${arguments[@]}" --quiet --output "sarif=$REPORTS/unspin.sarif" "${paths[@]}" >/dev/null || [ $? -le 2 ]
fi

if [ -n "${SINCE:-}" ]; then arguments+=(--since "$SINCE"); fi
source_url="$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/blob/$(git rev-parse HEAD)"
code=0
unspin check "${arguments[@]}" --output-format github --source-url "$source_url" \
    --output "markdown=$REPORTS/unspin.md" --output "json=$REPORTS/unspin.json" "${paths[@]}" || code=$?
if [ ! -s "$REPORTS/unspin.json" ]; then
    echo "::error title=unspin::unspin could not run; its message is above"
    exit 2
fi
{
    echo "code=$code"
    echo "findings=$(jq .summary.findings "$REPORTS/unspin.json")"
} >> "$GITHUB_OUTPUT"
