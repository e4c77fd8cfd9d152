#!/bin/sh
# Installs the servers that the Redis tests start. Without them they are skipped on a laptop, and fail in CI.
set -eu

if command -v redis-server >/dev/null && command -v redis-sentinel >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends redis-server redis-sentinel >/dev/null
    exit 0
fi
echo "No Redis: its tests will be skipped." >&2
echo "Install it with: sudo apt-get install redis-server redis-sentinel" >&2
[ "${CI:-}" != true ]
