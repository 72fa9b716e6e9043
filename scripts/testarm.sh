#!/bin/sh
# Builds the tests for ARMv6, the smallest board, and runs them under QEMU's
# user-mode emulation.
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}

emulator() { command -v qemu-arm-static || command -v qemu-arm; }

if ! qemu=$(emulator); then
	sh scripts/apt-get.sh qemu-user-static || {
		echo 'make testarm: NOTHING WAS TESTED: there is no user-mode emulator for ARM here' >&2
		exit 1
	}
	qemu=$(emulator)
fi

echo "make testarm: with $qemu"
GOOS=linux GOARCH=arm GOARM=6 CGO_ENABLED=0 "$GO" test -timeout 30m -exec "$qemu" ./...
