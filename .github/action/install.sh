#!/usr/bin/env bash
# Puts unspin on the path: the program of a release where VERSION names one, otherwise built from this source.
# Reads VERSION (as `v1.2.3`, or nothing), SOURCE (this repository), REPOSITORY, RUNNER_TEMP, GITHUB_PATH, GITHUB_SERVER_URL.
set -euo pipefail

bin="$RUNNER_TEMP/unspin-bin"
mkdir -p "$bin"

# The target triple of this machine.
target() {
    local machine
    case "$(uname -m)" in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) echo "unspin: there is no release for $(uname -m)" >&2; return 1 ;;
    esac
    case "$(uname -s)" in
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin) echo "$machine-apple-darwin" ;;
        *) echo "$machine-pc-windows-msvc" ;;
    esac
}

download() {
    local name url
    name="unspin-$(target).tar.gz"
    url="$GITHUB_SERVER_URL/$REPOSITORY/releases/download/$VERSION/$name"
    cd "$RUNNER_TEMP"
    curl -fsSL --retry 3 --max-time 120 -o "$name" "$url"
    curl -fsSL --retry 3 --max-time 120 -o "$name.sha256" "$url.sha256"
    if command -v sha256sum >/dev/null; then sha256sum -c "$name.sha256"; else shasum -a 256 -c "$name.sha256"; fi
    tar -xzf "$name" -C "$bin" --strip-components=1
}

if [ -n "${VERSION:-}" ]; then
    download
else
    # It runs twice and is thrown away: what the linker could still do takes longer than both runs.
    cargo install --quiet --locked --force --profile quick --path "$SOURCE/crates/cli" --root "$RUNNER_TEMP/unspin-root"
    cp "$RUNNER_TEMP"/unspin-root/bin/unspin* "$bin/"
fi
echo "$bin" >> "$GITHUB_PATH"
"$bin/unspin" --version
