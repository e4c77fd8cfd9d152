"""Waits for the start and then signs up again and again with one mail address, as fast as it can.

Reads a line of JSON, `[url, email, times]`, says "ready", reads another line, and answers with a line of JSON: what
each sign-up answered, null or an error's code.
"""

from __future__ import annotations

import json

from gatewright import EvrmoreAuth, Settings
from gatewright.errors import GatewrightError

url, email, times = json.loads(input())
settings = Settings(argon2_memory_kib=8, argon2_iterations=1, mail_delivery="command")
auth = EvrmoreAuth(url, jwt_secret="a secret for tests, longer than 32 bytes", settings=settings)
print("ready", flush=True)
input()
outcomes = []
for _ in range(times):
    try:
        outcomes.append(auth.sign_up(email, password="correct horse battery staple"))
    except GatewrightError as error:
        outcomes.append(error.code)
print(json.dumps(outcomes))
