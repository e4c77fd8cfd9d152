"""Tell a user by mail when somebody has signed in to their account from a kind of device that is new to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatewright.devices import device_name
from gatewright.model import Account, Session, User
from gatewright.operations.audit import entry
from gatewright.operations.outbox import NEW_DEVICE, new_queued_mail, read_asker
from gatewright.operations.parts import Parts
from gatewright.operations.second_writes import second_write

if TYPE_CHECKING:
    from gatewright.operations.visits import Device


async def tell_of_new_device(
    parts: Parts, account: Account, session: Session, *, device: Device, has_been_here: bool
) -> None:
    """Queue a mail where no other session of the account, alive or ended, is of the same browser and system.

    Their versions do not count, and the address does not: both change all the time. Sessions that have been purged are
    forgotten, so a device that was not used for long is new again. The first sign-in of all is told of to nobody.

    One indexed read at each sign-in, after it has been written down: a sign-in does not fail because of it.

    Args:
        parts: The application's parts.
        account: Whose account.
        session: The session that was just opened.
        device: Where it comes from.
        has_been_here: Whether somebody has signed in to the account before, even if no session tells of it any more.
    """
    if account.email is None or not parts.settings.notify_new_devices:
        return
    with second_write("The notice of a new device"):
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
