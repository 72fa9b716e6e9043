#!/bin/sh
# Names the files that gofmt would write differently, and fails if there are any.
set -eu
cd "$(dirname "$0")/.."

files=$("$(go env GOROOT)/bin/gofmt" -l .)
[ -z "$files" ] && exit 0
printf '%s\n' "$files" | sed 's/^/make format: not as gofmt writes it: /' >&2
echo 'make format: cure: gofmt -w .' >&2
exit 1
