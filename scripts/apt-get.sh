#!/bin/sh
# apt-get.sh PACKAGE…: installs Debian packages, without starting the services
# that some of them bring, now or at the next boot.
set -eu

if ! command -v apt-get >/dev/null 2>&1; then
	echo "this needs $*, and there is no apt-get here: install them by hand" >&2
	exit 1
fi
if [ "$(id -u)" != 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		exec sudo -n sh "$0" "$@"
	fi
	echo "this needs packages; install them first: sudo sh scripts/apt-get.sh $*" >&2
	exit 1
fi

# Debian asks policy-rc.d before it starts a service; 101 forbids it. One that
# is there already is the administrator's, and stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap 'rm -f "$policy"' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi

DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
before=$(mktemp)
dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | sed -n 's/^ii *//p' >"$before"
apt-get update -qq
apt-get install -y -qq --no-install-recommends "$@"

# A package that came now must not be at work after the next boot either.
if command -v systemctl >/dev/null 2>&1; then
	for unit in mosquitto gammu-smsd smstools; do
		grep -qx "$unit" "$before" && continue
		systemctl disable "$unit" >/dev/null 2>&1 || true
	done
fi
rm -f "$before"
