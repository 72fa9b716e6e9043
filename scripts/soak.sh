#!/bin/sh
# The long forms of the tests that draw what goes wrong: power cuts, kills, and
# writes that fail. They end by themselves. CUTS is how often the power of the
# daemon is cut, STORECUTS that of the store, KILLS how often the daemon is killed,
# SEEDS how many lives are simulated, SEED what they are drawn from.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export PATH
KILLSEED=${SEED:-$(date +%s)}
CUTSEED=$KILLSEED
CUTS=${CUTS:-1000}
STORECUTS=${STORECUTS:-2000}
KILLS=${KILLS:-1000}
SEEDS=${SEEDS:-100000}
FROM=$KILLSEED
export KILLSEED CUTSEED CUTS STORECUTS KILLS SEEDS FROM
unset SEED # it would choose one seed of the simulation

log=$(mktemp)
trap 'rm -f "$log"' EXIT
long() { # long PACKAGE TESTS
	echo "make soak: $1 $2, SEED=$KILLSEED"
	if ! $GO test -tags interop -count=1 -timeout 3h -v -run "^($2)\$" "$1" >"$log" 2>&1; then
		cat "$log"
		exit 1
	fi
	grep -E '^(ok|--- (PASS|SKIP))|NOT TESTED|(kills|cuts|requests|syncs failed)[,; ]|seeds from' "$log"
}
long ./gateway 'TestSimulation'
long ./store 'TestCuts|TestCutsUnderManyCallers|TestCutsWhileMigrating|TestSyncFailsAndThePowerGoesLater'
long ./cmd/pigeon 'TestPowerCut|TestPowerCutWhileMigrating|TestDiskFull|TestDiskFails|TestKilled'
