"""A code and a link that are emailed to the address of an account."""

from __future__ import annotations

from gatewright.methods.email_code.method import EmailCode as EmailCode
from gatewright.methods.email_code.settings import EmailCodeSettings as EmailCodeSettings
