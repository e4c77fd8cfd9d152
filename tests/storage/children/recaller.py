"""Waits for the start and then signs in by a cookie that others have as well.

Reads a line of JSON, `[url, cookie]`, says "ready", reads another line, and answers with a line of JSON: what the
cookie must be from now on.
"""

from __future__ import annotations

import json

from gatewright import Auth

url, cookie = json.loads(input())
auth = Auth(url, jwt_secret="a secret for tests, longer than 32 bytes")
print("ready", flush=True)
input()
print(json.dumps(auth.guard({}).recall(cookie)))
