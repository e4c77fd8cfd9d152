"""Waits for the start and then tries to sign in with every challenge it was given, as fast as it can.

Reads a line of JSON, `[url, [[address, challenge, signature], ...]]`, says "ready", reads another line, and answers
with a line of JSON: for each attempt the session's id, or null where the challenge could not be used.
"""

from __future__ import annotations

import json

from gatewright import EvrmoreAuth
from gatewright.errors import InvalidChallengeError

url, attempts = json.loads(input())
auth = EvrmoreAuth(url, jwt_secret="a secret for tests, longer than 32 bytes")
print("ready", flush=True)
input()
outcomes = []
for attempt in attempts:
    try:
        outcomes.append(auth.authenticate(*attempt).id)
    except InvalidChallengeError:
        outcomes.append(None)
print(json.dumps(outcomes))
