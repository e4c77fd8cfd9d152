#!/bin/sh
# Installs the directory server that the LDAP tests start. Without one they are skipped on a laptop, and fail in CI.
set -eu

PATH="$PATH:/usr/sbin:/sbin"
if command -v slapd >/dev/null && command -v ldapsearch >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends slapd ldap-utils >/dev/null
    exit 0
fi
echo "No slapd: the LDAP tests will be skipped." >&2
echo "Install it with: sudo apt-get install slapd ldap-utils" >&2
[ "${CI:-}" != true ]
