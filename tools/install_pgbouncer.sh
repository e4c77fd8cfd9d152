#!/bin/sh
# Installs the pooler that tests put before PostgreSQL. Without one they are skipped on a laptop, and fail in CI.
set -eu

PATH="$PATH:/usr/sbin:/sbin"
if command -v pgbouncer >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer >/dev/null
    exit 0
fi
echo "No PgBouncer: its tests will be skipped." >&2
echo "Install it with: sudo apt-get install pgbouncer" >&2
[ "${CI:-}" != true ]
