"""Addresses, keys and signed messages: pure functions that need no port and keep no state."""

from __future__ import annotations

from gatewright.crypto.addresses import address_of as address_of
from gatewright.crypto.addresses import is_address as is_address
from gatewright.crypto.addresses import read_address as read_address
from gatewright.crypto.base58check import decode_base58check as decode_base58check
from gatewright.crypto.base58check import encode_base58check as encode_base58check
from gatewright.crypto.hash160 import hash160 as hash160
from gatewright.crypto.message_hash import message_hash as message_hash
from gatewright.crypto.networks import NETWORKS as NETWORKS
from gatewright.crypto.networks import Network as Network
from gatewright.crypto.new_wallet import new_wallet as new_wallet
from gatewright.crypto.recover_public_key import recover_public_key as recover_public_key
from gatewright.crypto.sign_message import sign_message as sign_message
from gatewright.crypto.verify_message import verify_message as verify_message
from gatewright.crypto.wif import PrivateKey as PrivateKey
from gatewright.crypto.wif import public_key_of as public_key_of
from gatewright.crypto.wif import read_wif as read_wif
from gatewright.crypto.wif import write_wif as write_wif
