"""Notify a user by email of a sign-in to their account from a new kind of device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.devices import device_name
from gatewright.model import Account, Session, User
from gatewright.operations.audit import entry
from gatewright.operations.best_effort import best_effort_write
from gatewright.operations.outbox import NEW_DEVICE, new_queued_mail, read_asker
from gatewright.operations.parts import Parts

if TYPE_CHECKING:
    from gatewright.operations.visits import Device


async def tell_of_new_device(
    parts: Parts, account: Account, session: Session, *, device: Device, has_been_here: bool
) -> None:
    """Queue an email if no other session of the account, active or ended, has the same browser and system.

    Versions and addresses do not count: both change all the time. Purged sessions are forgotten, so a device that has
    not been used for long is new again. The very first sign-in is not reported.

    This is one indexed read per sign-in, after the sign-in has been recorded: it cannot make a sign-in fail.

    Args:
        parts: The application's parts.
        account: The account.
        session: The session that was just opened.
        device: The device that it was opened on.
        has_been_here: Whether anybody has signed in to the account before, even if no session shows it any more.
    """
    if account.email is None or not parts.settings.notify_new_devices:
        return
    with best_effort_write("The notice of a new device"):
        known = await parts.store.list_user_agents(account.id, but=session.id)
        name = device_name(device.user_agent)
        if name in map(device_name, known) or not (known or has_been_here):
            return
        asker = read_asker(parts, language=device.language, base_url=device.base_url)
        details = {"ip_address": device.ip_address, "user_agent": device.user_agent}
        mail = new_queued_mail(
            parts, NEW_DEVICE, account_id=account.id, email=account.email, asker=asker, details=details
        )
        noticed = entry(
            parts,
            "new_device",
            user_id=account.id,
            username=User(account).username,
            provider=session.provider,
            client=device.ip_address,
            reason=name,
        )
        await parts.store.queue_mail(mail, audit=noticed)
        parts.wake_mail_worker()
