#!/bin/sh
# Installs the database server that the PostgreSQL tests start. Without one they are skipped on a laptop, and fail in CI.
set -eu

PATH="$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)"
if command -v initdb >/dev/null && command -v postgres >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
    exit 0
fi
echo "No PostgreSQL: its tests will be skipped." >&2
echo "Install it with: sudo apt-get install postgresql" >&2
[ "${CI:-}" != true ]
