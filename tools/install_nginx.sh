#!/bin/sh
# Installs the proxy that the tests of deploy/ start. Without one they are skipped on a laptop, and fail in CI.
set -eu

PATH="$PATH:/usr/sbin:/sbin"
if command -v nginx >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
    exit 0
fi
echo "No nginx: its tests will be skipped." >&2
echo "Install it with: sudo apt-get install nginx-light" >&2
[ "${CI:-}" != true ]
