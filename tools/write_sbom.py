"""Write a software bill of materials for each set of requirements that people install: CycloneDX 1.6, in JSON.

Each lock in ``requirements/`` except the developers' becomes ``dist/gatewright-<version>-<lock>.cdx.json``: the
packages with their exact versions and the digests of the files that may be installed. Nothing is looked up online,
and the same lock gives the same bytes; the timestamp is ``SOURCE_DATE_EPOCH`` (seconds since 1970), if that is set.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCKS = sorted(path for path in (ROOT / "requirements").glob("*.txt") if path.stem not in ("dev", "mutate"))
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill_of(lock: str) -> dict[str, Any]:
    """Return the bill of materials of a lock's text, without a timestamp."""
    packages = [component(pin["name"], pin["version"], _DIGEST.findall(pin["rest"])) for pin in _PIN.finditer(lock)]
    root = package_url(PROJECT["name"], PROJECT["version"])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(root + lock),
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": root,
                "name": PROJECT["name"],
                "version": PROJECT["version"],
                "purl": root,
                "licenses": [{"license": {"id": PROJECT["license"]}}],
            },
        },
        "components": packages,
        # A lock says that it needs all of them, not which of them needs which.
        "dependencies": [{"ref": root, "dependsOn": [package["bom-ref"] for package in packages]}],
    }


def component(name: str, version: str, digests: list[str]) -> dict[str, Any]:
    """Return one package, with the digests of all files that an installer may choose from."""
    url = package_url(name, version)
    hashes = [{"alg": "SHA-256", "content": digest} for digest in digests]
    return {
        "type": "library",
        "bom-ref": url,
        "name": name,
        "version": version,
        "purl": url,
        "externalReferences": [{"type": "distribution", "url": url, "hashes": hashes}],
    }


def serial_number(of: str) -> str:
    """Return an identifier derived from what it is for: a version 8 UUID, RFC 9562."""
    digest = hashlib.sha256(of.encode()).hexdigest()
    return f"urn:uuid:{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def package_url(name: str, version: str) -> str:
    """Return the name by which vulnerability scanners look up a package."""
    return f"pkg:pypi/{name}@{version.replace('+', '%2B')}"


def main() -> None:
    """Write a file for each lock."""
    folder = ROOT / "dist"
    folder.mkdir(exist_ok=True)
    for lock in LOCKS:
        bill = bill_of(lock.read_text())
        if moment := os.environ.get("SOURCE_DATE_EPOCH"):
            bill["metadata"] |= {"timestamp": datetime.fromtimestamp(int(moment), UTC).isoformat()}
        path = folder / f"{PROJECT['name']}-{PROJECT['version']}-{lock.stem}.cdx.json"
        path.write_text(json.dumps(bill, indent=2) + "\n")
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
