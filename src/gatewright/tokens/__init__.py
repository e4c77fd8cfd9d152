"""Signed access tokens: their signing keys, and how they are issued and read.

A token only refers to a session. The claims that `AccessTokens.read` returns are authentic and unexpired; only the
store knows whether the session is still active.
"""

from __future__ import annotations

from gatewright.tokens.derived import DerivedSecrets as DerivedSecrets
from gatewright.tokens.jwt import AccessTokens as AccessTokens
from gatewright.tokens.keys import KeyRing as KeyRing
from gatewright.tokens.keys import SigningKey as SigningKey
from gatewright.tokens.keys import key_from_pem as key_from_pem
from gatewright.tokens.keys import key_from_secret as key_from_secret
from gatewright.tokens.keys import weakness_of_key as weakness_of_key
from gatewright.tokens.keys import weakness_of_secret as weakness_of_secret
from gatewright.tokens.seal import Seal as Seal
from gatewright.tokens.vault import Decrypted as Decrypted
from gatewright.tokens.vault import Vault as Vault
from gatewright.tokens.vault import has_encrypted as has_encrypted
