#!/usr/bin/env bash
# Keeps one comment on the pull request up to date, found again by the marker with which the report opens. Without findings
# no comment is begun. A token that may not write, as in pull requests from forks, is no failure: the summary says the same.
# Reads REPORTS, TOKEN, FINDINGS, CODE, GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH.
set -euo pipefail

MARKER='<!-- unspin -->'
# Comments of a pull request that are looked through, a hundred at a time.
PAGES=30

number=$(jq -r '.pull_request.number // empty' "$GITHUB_EVENT_PATH")
if [ -z "$number" ]; then
    echo "unspin: no pull request, so no comment"
    exit 0
fi

# Asks the API, leaves the answer in $answer, and says the status.
answer=$(mktemp)
request=$(mktemp)
trap 'rm -f "$answer" "$request"' EXIT
api() {
    local method=$1 path=$2
    shift 2
    curl -sS --max-time 60 -o "$answer" -w '%{http_code}' -X "$method" "$@" \
        -H "Authorization: Bearer $TOKEN" -H 'Accept: application/vnd.github+json' "$GITHUB_API_URL/$path" || true
}

give_up() {
    echo "::notice title=unspin::the pull request could not be commented on ($1); the report stands in the summary of this job"
    exit 0
}

repository="repos/$GITHUB_REPOSITORY"
# A person may quote a comment of ours: what is ours was written by a bot, or by whom a token of one's own belongs to.
status=$(api GET user)
login=
if [ "$status" = 200 ]; then login=$(jq -r '.login // empty' "$answer"); fi
mine=
for page in $(seq "$PAGES"); do
    status=$(api GET "$repository/issues/$number/comments?per_page=100&page=$page")
    [ "$status" = 200 ] || give_up "the comments cannot be read, status $status"
    mine=$(jq -r --arg marker "$MARKER" --arg login "$login" \
        '[.[] | select((.user.type == "Bot" or .user.login == $login) and (.body | startswith($marker)))][0].id // empty' "$answer")
    if [ -n "$mine" ] || [ "$(jq length "$answer")" -lt 100 ]; then break; fi
done

if [ -z "$mine" ] && [ "$FINDINGS" = 0 ] && [ "$CODE" = 0 ]; then
    echo "unspin: nothing found, so no comment"
    exit 0
fi
jq -n --rawfile body "$REPORTS/unspin.md" '{ body: $body }' > "$request"
if [ -n "$mine" ]; then
    status=$(api PATCH "$repository/issues/comments/$mine" --data-binary "@$request")
else
    status=$(api POST "$repository/issues/$number/comments" --data-binary "@$request")
fi
case "$status" in
    200 | 201) echo "unspin: commented on #$number" ;;
    *) give_up "status $status" ;;
esac
