"""A wallet, which signs a challenge with the key of its address."""

from __future__ import annotations

from gatewright.methods.wallet.method import Wallet as Wallet
