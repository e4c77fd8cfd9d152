"""`EmailCodeSettings`: the operator's settings for emailed codes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gatewright.environment_settings import EnvironmentSettings


class EmailCodeSettings(EnvironmentSettings):
    """Settings for emailed codes.

    Off by default: they make a mailbox as good as a password or a second factor, which is for the operator to decide.
    """

    email_code: Literal["off", "second", "first", "both"] = Field(
        "off",
        description=(
            "What an emailed code or link counts as: nothing; a second factor; a sign-in without a password; or both. "
            "It never counts as the second factor if the mailbox was the first, nor after a password that was set "
            "through an emailed link."
        ),
    )
    email_code_digits: int = Field(8, ge=6, le=8, description="Number of digits in an emailed code.")
