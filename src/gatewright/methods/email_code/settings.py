"""`EmailCodeSettings`: what an operator decides about mailed codes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gatewright.settings import EnvironmentSettings


class EmailCodeSettings(EnvironmentSettings):
    """Settings of mailed codes.

    They are off by default: they make a mailbox as good as a password, or as good as a second factor, and that is for
    whoever runs the site to decide.
    """

    email_code: Literal["off", "second", "first", "both"] = Field(
        "off",
        description=(
            "What a code or a link by mail is good for: nothing; as a second factor; to sign in without a password; "
            "or both. It is never the second factor where the mailbox was the first, nor after a password that was "
            "set by a mailed link."
        ),
    )
    email_code_digits: int = Field(8, ge=6, le=8, description="How many digits a mailed code has.")
