#!/bin/sh
# Lets software that is not ours use the simulated modem: gammu, gammu-smsd and
# smstools, from Debian's packages of those names. Each initialises, sends ten
# messages and receives ten, over pseudo terminals in a temporary directory.
set -eu

cd "$(dirname "$0")/.."

for tool in gammu gammu-smsd gammu-smsd-inject; do
	command -v "$tool" >/dev/null || {
		echo "interop-modemsim: $tool is not installed; on Debian: apt-get install gammu gammu-smsd" >&2
		exit 1
	}
done
PATH=$PATH:/usr/sbin
command -v smsd >/dev/null || {
	echo "interop-modemsim: smsd is not installed; on Debian: apt-get install smstools" >&2
	exit 1
}

if ! "${GO:-go}" test -count=1 -timeout 300s -tags interop -run '^TestInterop' "$@" ./modem/modemsim; then
	echo "interop-modemsim: a peer could not use the simulated modem as it uses a real one; see above" >&2
	exit 1
fi
