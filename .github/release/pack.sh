#!/usr/bin/env bash
# Packs the program in FOLDER for TARGET with its completions, man pages and licences, and writes the checksum beside it. The
# same program packs to the same bytes. Usage: pack.sh FOLDER TARGET DESTINATION
set -euo pipefail

folder=$(cd "$1" && pwd)
name="unspin-$2"
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$3"
destination=$(cd "$3" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

program="$folder/unspin"
[ -x "$program" ] || program="$folder/unspin.exe"
mkdir -p "$scratch/$name/completions"
cp "$program" "$root/LICENSE-MIT" "$root/LICENSE-APACHE" "$root/README.md" "$scratch/$name/"
"$program" man "$scratch/$name/man"
for shell in bash zsh fish powershell elvish; do "$program" completions "$shell" > "$scratch/$name/completions/unspin.$shell"; done

cd "$scratch"
# GNU tar can leave out who packed it and when; the others pack all the same.
if tar --version 2>/dev/null | grep -q GNU; then
    tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@${SOURCE_DATE_EPOCH:-0}" -cf - "$name" | gzip -n9 > "$destination/$name.tar.gz"
else
    tar -czf "$destination/$name.tar.gz" "$name"
fi
cd "$destination"
if command -v sha256sum >/dev/null; then sha256sum "$name.tar.gz"; else shasum -a 256 "$name.tar.gz"; fi > "$name.tar.gz.sha256"
cat "$name.tar.gz.sha256"
