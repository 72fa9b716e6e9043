#!/bin/sh
# Makes sure that the peers of "make interop" are there: a broker and its
# clients, two programs that drive modems, a serial server, and what reads packets
# and JSON. All come from Debian's own packages. None is left running as a service.
set -eu
cd "$(dirname "$0")/.."

# Not every user's PATH holds the directories daemons lie in.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

missing=
need() { # need COMMAND PACKAGE
	command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need mosquitto mosquitto
need mosquitto_pub mosquitto-clients
need gammu gammu
need gammu-smsd gammu-smsd
need smsd smstools
need tshark tshark
need jq jq
need socat socat

[ -z "$missing" ] && exit 0
echo "make interop: installing$missing"
# shellcheck disable=SC2086 # a list of package names
exec sh scripts/apt-get.sh $missing
