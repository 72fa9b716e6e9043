#!/bin/sh
# Runs every fuzz target in turn, FUZZTIME each. A target that finds something
# leaves it in testdata/fuzz and ends the run.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
FUZZTIME=${FUZZTIME:-1m}

targets=$(find . -name '*_test.go' -exec grep -H '^func Fuzz[A-Za-z0-9_]*(f \*testing\.F)' {} + |
	sed 's/^\(.*\)\/[^/]*:func \(Fuzz[A-Za-z0-9_]*\)(.*/\1 \2/' | sort -u)
if [ -z "$targets" ]; then
	echo 'make fuzz: no fuzz target was found' >&2
	exit 1
fi

printf '%s\n' "$targets" | while read -r dir name; do
	echo "make fuzz: $dir $name for $FUZZTIME"
	$GO test -run '^$' -fuzz "^$name\$" -fuzztime "$FUZZTIME" "$dir" </dev/null
done
