"""Request an emailed link, of any kind. The response is the same whether or not the address has an account."""

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
    """The page that asks for the address, and the request that it sends.

    Args:
        template: The page's template.
        answer: The text afterwards, in English; ``%(email)s`` stands for the address.
        way: Returns the operation that sends a link of this kind.
    """

    template: str
    answer: str
    way: Callable[[Visit], Callable[..., Awaitable[None]]]

    async def show(self, visit: Visit, **context: object) -> Response:
        """Ask for the address to send the link to."""
        return await visit.site.pages.show(visit, self.template, next=visit.wanted, **context)  # type: ignore[arg-type]

    async def submit(self, visit: Visit) -> Response:
        """Send a link, and tell the visitor to check their email."""
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
        """Send a link.

        Args:
            visit: The visit that requests it.
            email: Where to send it.
            next_path: Where on this site the visitor wants to go after following it.

        Raises:
            InvalidParameterError: If the address is not acceptable.
            RateLimitError: If the client has requested too many.
        """
        send = self.way(visit)
        await send(
            email,
            ip_address=visit.client.ip_address,
            language=visit.language,
            base_url=visit.base_url,
            next_path=next_path or None,
        )
