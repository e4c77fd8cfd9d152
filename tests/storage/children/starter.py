"""Waits for the start and then makes an `EvrmoreAuth` on a file that may not be there yet, and signs in once.

Reads the URL, says "ready", reads another line, and answers with the token of its session.
"""

from __future__ import annotations

from gatewright import EvrmoreAuth

url = input()
print("ready", flush=True)
input()
auth = EvrmoreAuth(url)
address, wif = auth.create_wallet_address()
challenge = auth.generate_challenge(address)
print(auth.authenticate(address, challenge, auth.sign_message(wif, challenge)).token)
