"""A password, verified against the hash that a user provider stores."""

from __future__ import annotations

from gatewright.methods.password.attempt import attempt as attempt
from gatewright.methods.password.attempt import password_proof as password_proof
from gatewright.methods.password.method import Password as Password
