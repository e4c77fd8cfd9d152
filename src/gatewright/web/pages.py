"""Render the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatewright.errors import GatewrightError
from gatewright.i18n import translations_for
from gatewright.methods import Method
from gatewright.settings import Settings
from gatewright.web.message_texts import MESSAGES, PROBLEMS
from gatewright.web.once import once
from gatewright.web.problems import Problem
from gatewright.web.response import Response, html
from gatewright.web.routes import STATIC

if TYPE_CHECKING:
    from jinja2 import Environment

    from gatewright.web.site import Site
    from gatewright.web.visit import Visit


_PAGES_BEHIND = {
    "enable_signup": "signup",
    "enable_password_reset": "password_reset",
    "enable_email_verification": "email_verification_request",
    "enable_account": "account",
    "enable_logout": "logout",
}
"""Flag that templates check before they show a link or form -> the page that it leads to."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message on a page.

    Args:
        kind: ``danger``, ``success`` or ``info``.
        text: In the visitor's language.
    """

    kind: str
    text: str


class Pages:
    """The pages of one site.

    Args:
        settings: The settings: the site's name, its pages and its skin.
        methods: The methods, which may have templates and messages of their own.
    """

    def __init__(self, settings: Settings, methods: Sequence[Method]) -> None:
        self._settings = settings
        self._folders = tuple(method.templates for method in methods if method.templates is not None)
        self._messages = {**MESSAGES, **{code: text for method in methods for code, text in method.messages.items()}}
        self._site = {
            "name": settings.site_name,
            "password_min_length": settings.password_min_length,
            "enable_remember_me": settings.enable_remember_me,
            "enable_account_deletion": settings.enable_account_deletion,
        }

    @once
    def _environment(self) -> Callable[[str], Environment]:
        """The templates of each language. Jinja2 is imported for the first page: most workers render few, or none."""
        from gatewright.web.environment import environments

        return environments(skin=self._settings.skin, folders=self._folders)

    async def show(
        self,
        visit: Visit,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        messages: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        values: Mapping[str, str] | None = None,
        **context: Any,
    ) -> Response:
        """Render a template as the response to a visit.

        Args:
            visit: The visit.
            template: The template's file name.
            status: The HTTP status.
            headers: Headers of the response.
            messages: Messages besides those that the previous request left, kind -> code.
            errors: Errors, field -> text in English.
            values: Values for the form, field -> text.
            context: Further variables of the template.
        """
        _ = self._translate(visit.language)
        said = visit.guard.messages() | dict(messages or {})
        site = visit.site
        context |= {
            "site": self._site | self._reachable(site),
            "path": site.path,
            "path_with_next": visit.path_with_next,
            "api": site.mount + self._settings.api_path if self._settings.api_path else "",
            "static": lambda name: site.mount + STATIC + name,
            "user": await visit.user(),
            "csrf_token": visit.csrf_token(),
            "messages": [Message(kind, _(self._messages.get(code, code))) for kind, code in said.items()],
            "errors": defaultdict(str, {name: self._filled(_(text)) for name, text in (errors or {}).items()}),
            "values": defaultdict(str, values or {}),
        }
        text = self._environment(visit.language).get_template(template).render(context)
        answer = html(text, status=status, headers=headers)
        return answer.with_headers(("Content-Language", visit.language))

    async def show_message(
        self, visit: Visit, *, title: str, text: str, link: str, label: str, **values: str
    ) -> Response:
        """Render the page that shows a single message.

        Args:
            visit: The visit.
            title: The title, in English, as in the catalogs; likewise ``text`` and ``label``.
            text: The message; ``%(name)s`` stands for a value.
            link: The route to continue to.
            label: The text of the link.
            values: The values in the text.
        """
        _ = self._translate(visit.language)
        goes_on = (visit.path_with_next(link, visit.wanted), _(label))
        return await self.show(visit, "message.html", title=_(title), text=_(text) % values, link=goes_on)

    async def explain(
        self, visit: Visit, problem: Problem, *, again: str | None = None, back: str | None = None
    ) -> Response:
        """Render the page of an error that cannot be shown within a form's own page.

        Args:
            visit: The visit.
            problem: The error.
            again: The route that sends a new link to replace one that cannot be used.
            back: The path of the page whose form was refused.
        """
        text = PROBLEMS.get(problem.status, problem.detail)
        shown = {"status": problem.status, "title": problem.title, "text": self._translate(visit.language)(text)}
        try:
            return await self.show(
                visit,
                "problem.html",
                status=problem.status,
                headers=dict(problem.headers),
                problem=shown,
                again=again,
                back=back,
            )
        except GatewrightError:  # the failure also prevents recognising the visitor
            return problem.bare_page

    def _reachable(self, site: Site) -> dict[str, bool]:
        flags = {
            flag: getattr(self._settings, flag, True) and site.leads_to(page) for flag, page in _PAGES_BEHIND.items()
        }
        return flags | {
            "enable_wallet_login": any(each.page == "login_wallet" for each in site.login_methods),
            "has_passwords": site.parts.has_passwords,
            "has_wallets": site.find_method("wallet") is not None,
        }

    def _filled(self, text: str) -> str:
        """Insert the only number that error texts contain."""
        return text.replace("%(length)s", str(self._settings.password_min_length))

    def _translate(self, language: str) -> Any:
        return translations_for(language, skin=self._settings.skin).gettext
