"""Passwords: hashing, verification, and the policy for new ones.

gatewright hashes with argon2id. It also verifies hashes that an application brings along, and replaces them at the next
sign-in.
"""

from __future__ import annotations

from gatewright.passwords.breached import BreachedPasswords as BreachedPasswords
from gatewright.passwords.encoding import MAXIMUM_PASSWORD_BYTES as MAXIMUM_PASSWORD_BYTES
from gatewright.passwords.encoding import normalize_password as normalize_password
from gatewright.passwords.encoding import spellings_of as spellings_of
from gatewright.passwords.hashing import PasswordHasher as PasswordHasher
from gatewright.passwords.hashing import Verified as Verified
from gatewright.passwords.hashing import can_verify as can_verify
from gatewright.passwords.policy import PasswordPolicy as PasswordPolicy
from gatewright.passwords.reading import read_hash as read_hash
from gatewright.passwords.reading import text_of as text_of
