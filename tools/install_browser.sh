#!/bin/sh
# Installs the browser that the page tests drive. Without one they are skipped on a laptop, and fail in CI.
set -eu

if command -v chromedriver >/dev/null && command -v chromium >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null
    exit 0
fi
echo "No chromium and chromedriver: the browser tests will be skipped." >&2
echo "Install them with: sudo apt-get install chromium chromium-driver" >&2
[ "${CI:-}" != true ]
