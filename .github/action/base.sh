#!/usr/bin/env bash
# Finds the commit with which a pull request is compared, fetches what is missing of the history, and says `since=COMMIT`;
# nothing where there is nothing to compare with, so that everything is reported.
# Reads BASE (a commit or branch, or nothing), GITHUB_EVENT_PATH, GITHUB_SHA, GITHUB_OUTPUT.
set -euo pipefail

# How much of the history is asked for in turn; after that, all of it.
DEPTHS="50 200 1000 5000"

of_event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }

known() { git rev-parse --quiet --verify "$1^{commit}" >/dev/null; }

connected() { git merge-base HEAD "$1" >/dev/null 2>&1; }

is_shallow() { [ "$(git rev-parse --is-shallow-repository)" = true ]; }

# Fetch the base, and of a shallow clone as much as leads to the commit from which both come.
complete() {
    local depth
    if ! known "$base"; then
        # A whole clone stays whole.
        if is_shallow; then git fetch --quiet --no-tags --depth=1 origin "$base"; else git fetch --quiet --no-tags origin "$base"; fi
        base=$(git rev-parse FETCH_HEAD)
    fi
    for depth in $DEPTHS; do
        if connected "$base" || ! is_shallow; then return; fi
        git fetch --quiet --no-tags --deepen="$depth" origin "$base" "$(git rev-parse HEAD)"
    done
    connected "$base" || git fetch --quiet --no-tags --unshallow origin
}

base=${BASE:-}
if [ -z "$base" ]; then
    base=$(of_event .pull_request.base.sha)
    # A pull request is checked out merged into its base: what it changes is the difference to the first parent, and one
    # commit more of the history is all that takes.
    if [ -n "$base" ] && [ "$(git rev-parse HEAD)" = "${GITHUB_SHA:-}" ]; then
        known 'HEAD^1' || git fetch --quiet --no-tags --depth=2 origin "$GITHUB_SHA"
        if known 'HEAD^2'; then base=$(git rev-parse 'HEAD^1'); fi
    fi
    [ -n "$base" ] || base=$(of_event .merge_group.base_sha)
fi
if [ -z "$base" ]; then
    echo "unspin: no pull request, so everything is reported"
    exit 0
fi
complete
echo "unspin: reports what changed since $base"
echo "since=$(git rev-parse "$base^{commit}")" >> "$GITHUB_OUTPUT"
