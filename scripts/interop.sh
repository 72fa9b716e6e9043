#!/bin/sh
# Runs the tests that stand behind the build tag "interop": the ones that speak
# to peers which are not ours.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH

files=$(find . -name '*_test.go' -exec grep -l '^//go:build .*interop' {} + || true)
if [ -z "$files" ]; then
	echo 'make interop: no test has the build tag interop; nothing was tried' >&2
	exit 1
fi

# shellcheck disable=SC2086 # a list of paths without spaces
{
	packages=$(dirname $files | sort -u)
	names=$(sed -n 's/^func \(Test[A-Za-z0-9_]*\)(t \*testing\.T).*/\1/p' $files | sort -u | paste -sd '|' -)
	echo "make interop: $names"
	# -v, because without it a test that was skipped says nothing.
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	status=0
	$GO test -tags interop -count=1 -p 1 -timeout 20m -v -run "^($names)\$" $packages >"$log" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		cat "$log"
		exit "$status"
	fi
	grep -E '^(ok|--- (PASS|SKIP))|NOT CHECKED|NOT TESTED|(kills|cuts|requests|syncs failed)[,; ]' "$log"
}
