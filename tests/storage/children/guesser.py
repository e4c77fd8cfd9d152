"""Waits for the start and then tries wrong passwords on one account, as fast as it can.

Reads a line of JSON, `[url, username, times]`, says "ready", reads another line, and answers with a line of JSON: how
often each error's code came.
"""

from __future__ import annotations

import json
from collections import Counter

from gatewright import Auth, Settings
from gatewright.errors import GatewrightError

url, username, times = json.loads(input())
settings = Settings(jwt_secret="a secret for tests, longer than 32 bytes", argon2_memory_kib=8, argon2_iterations=1)
auth = Auth(url, settings=settings)
print("ready", flush=True)
input()
codes = []
for _ in range(times):
    try:
        auth.attempt(username, "wrong", "SQLUserProvider", ip_address="192.0.2.1")
    except GatewrightError as error:
        codes.append(error.code)
print(json.dumps(Counter(codes)))
