"""Ask for a link by mail, whatever the link is for. The answer is the same whoever has the address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gatewright.errors import InvalidParameterError
from gatewright.fields import N_
from gatewright.web.flows.forms import EXPIRED, explain_field
from gatewright.web.response import Response
from gatewright.web.visit import Visit


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """The page that asks for the address, and what comes of it.

    Args:
        template: The page.
        answer: What it says afterwards, in English; ``%(email)s`` stands for the address.
        way: Which of the application's acts has a link of this kind sent.
    """

    template: str
    answer: str
    way: Callable[[Visit], Callable[..., Awaitable[None]]]

    async def show(self, visit: Visit, **context: object) -> Response:
        """Ask for the address that the link shall go to."""
        return await visit.site.pages.show(visit, self.template, next=visit.wanted, **context)  # type: ignore[arg-type]

    async def submit(self, visit: Visit) -> Response:
        """Have a link sent, and say where to look."""
        email = visit.request.form.get("email", "").strip()
        if visit.is_form_expired():
            return await self.show(visit, values={"email": email}, **EXPIRED)
        try:
            await self.send(visit, email, next_path=visit.wanted)
        except InvalidParameterError as error:
            errors = explain_field(error)
            return await self.show(visit, status=422, values={"email": email}, errors=errors)
        return await visit.site.pages.show_message(
            visit,
            title=N_("Check your email"),
            text=self.answer,
            link="login",
            label=N_("Go to the login page"),
            email=email,
        )

    async def send(self, visit: Visit, email: str, *, next_path: str | None) -> None:
        """Have a link sent.

        Args:
            visit: Who asks.
            email: Where to send it.
            next_path: Where on this site they want to go once they have followed it.

        Raises:
            InvalidParameterError: If the address is not acceptable.
            RateLimitError: If the client has asked for too many.
        """
        send = self.way(visit)
        await send(
            email,
            ip_address=visit.client.ip_address,
            language=visit.language,
            base_url=visit.base_url,
            next_path=next_path or None,
        )
