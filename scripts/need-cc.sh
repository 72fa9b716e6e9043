#!/bin/sh
# The race detector links against C. Makes sure that a C compiler is there:
# from Debian's packages where this may install them, else by saying what to do.
set -eu
cd "$(dirname "$0")/.."

for cc in "${CC:-cc}" gcc clang; do
	command -v "$cc" >/dev/null 2>&1 && exit 0
done
exec sh scripts/apt-get.sh gcc libc6-dev
