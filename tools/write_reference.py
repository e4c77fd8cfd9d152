"""Generate the reference pages from the code: hooks, settings, errors, endpoints, routes and messages.

Without arguments, write them; with ``--check``, fail if one is out of date.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings

from gatewright import AsyncEvrmoreAuth, errors
from gatewright.hooks import POINTS
from gatewright.methods import built_in_methods
from gatewright.page_paths import PATHS
from gatewright.server import create_app
from gatewright.settings import Settings, load_settings
from gatewright.web import SimpleAuthController, api
from gatewright.web.message_texts import MESSAGES
from gatewright.web.routes import WELL_KNOWN

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"


def hooks() -> Iterator[str]:
    """Every hook point, from its declaration."""
    yield "# Hook points"
    yield (
        "Callbacks run in the order in which they were added and receive the parameters below by keyword; name only "
        "those you need. How to add one: [Add a hook](../how-to/add-a-hook.md)."
    )
    yield (
        "A callback at a `pre_*` point may return a mapping: its known keys replace the parameters for the next "
        "callback and for the operation, which validates them again. It may `raise Denied(reason)` to stop the "
        "operation. The return value of any other callback is ignored."
    )
    for point in POINTS:
        yield f"## `{point.name}`"
        yield f"{point.when} Fired by the operation `{point.operation}`."
        yield table(("Parameter", "Meaning"), [(f"`{name}`", meaning) for name, meaning in point.parameters.items()])


def settings() -> Iterator[str]:
    """Every setting, from the class that holds them."""
    yield "# Settings"
    yield (
        "Set a variable in the environment or in a `.env` file, or pass `settings=Settings(name=...)`. "
        "An empty variable counts as unset if its default is none. `gatewright doctor` checks the settings in force "
        "and reports what is unsafe."
    )
    yield table(("Variable", "Default", "Meaning"), list(rows_of(Settings)))
    for method in built_in_methods():
        if method.settings_class is not None:
            yield f"## Method `{method.name}`"
            yield table(("Variable", "Default", "Meaning"), list(rows_of(method.settings_class)))


def rows_of(kind: type[BaseSettings]) -> Iterator[tuple[str, str, str]]:
    """Yield a row for each setting of a class."""
    for name, field in kind.model_fields.items():
        default = "none" if field.default in (None, {}) else f"`{as_text(field.default)}`"
        yield f"`GATEWRIGHT_{name.upper()}`", default, str(field.description)


def error_codes() -> Iterator[str]:
    """Every error, from the tree."""
    yield "# Errors"
    yield (
        "Every error that gatewright raises on purpose is a `gatewright.errors.GatewrightError`; import them all from "
        "`gatewright.errors`. `error.code` is stable and for programs, `error.public_message` is safe to show to "
        "anybody, `str(error)` and `error.evidence` are for the log."
    )
    tree = inspect.cleandoc(str(errors.__doc__)).split("::\n\n")[1].split("\n\n")[0]
    yield "```text\n" + inspect.cleandoc(tree) + "\n```"
    rows = [
        (f"`{kind.__name__}`", f"`{kind.code}`", kind.public_message, str(inspect.getdoc(kind)).splitlines()[0])
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.GatewrightError)
    ]
    yield table(("Class", "Code", "Public message", "Meaning"), rows)


def endpoints() -> Iterator[str]:
    """Every endpoint of the server itself, from its OpenAPI schema."""
    schema = create_app(AsyncEvrmoreAuth(settings=load_settings(database_url="sqlite://", api_path=""))).openapi()
    yield "# Endpoints"
    yield (
        "The endpoints of `gatewright serve`, also described in `/openapi.json`. "
        "Errors are `application/problem+json` with a stable `code`. `/openapi.json` also describes the JSON API of "
        "the pages, which is [listed](routes.md#the-json-api) with them."
    )
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            yield f"## `{method.upper()} {path}`"
            yield f"{operation['summary']}. {' '.join(operation.get('description', '').split())}".strip()
            if "security" in operation:
                yield "Needs the header `Authorization: Bearer <token>`."
            if "requestBody" in operation:
                yield f"Body: `{example_of(operation['requestBody'], schema)}`"
            answers = sorted(operation["responses"].items())
            yield table(("Status", "Body"), [(status, body_of(answer, schema)) for status, answer in answers])


def routes() -> Iterator[str]:
    """Every page of SimpleAuth, and its JSON endpoint."""
    yield "# Routes"
    yield (
        "The pages of `SimpleAuthController`. Every form has the hidden field `csrf_token`; a form without it is "
        "refused with 403. `GATEWRIGHT_PAGE_PATHS` moves a page by name, or switches it off "
        "([how](../how-to/use-your-own-pages.md#move-a-page-or-switch-it-off)); `auth_login_route` and "
        "`auth_logout_route` move those two."
    )
    pages = [
        (f"`{name}`", f"`{path}`", first_line(getattr(SimpleAuthController, name))) for name, path in PATHS.items()
    ]
    yield table(("Name", "Path", "What it does"), pages)
    yield (
        "Unless the application has a route of its own there, a trailing slash redirects to the page with 308, and "
        f"`{WELL_KNOWN}` redirects to `account` with 303."
    )
    yield "## The JSON API"
    yield (
        "These endpoints take `application/json` and return errors as `application/problem+json` with a stable `code` "
        "([errors](errors.md)). They share the session cookie with the pages. `GATEWRIGHT_API_PATH` moves all of "
        "them, or switches them off if empty."
    )
    twins = [(f"`{method} {path}`", " ".join(meaning.split())) for method, path, meaning in api.describe(root="/api")]
    yield table(("Request", "What it does"), twins)


def messages() -> Iterator[str]:
    """Every message code, with its text."""
    yield "# Message codes"
    yield (
        "The codes that `guard.messages()` passes to the next page, kind -> code, and their English text on the "
        "ready-made pages. Codes that begin with `ERR_` are of kind `danger`, the others of kind `success`."
    )
    yield table(("Code", "Text"), [(f"`{code}`", text) for code, text in MESSAGES.items()])


def first_line(member: object) -> str:
    """Return the first sentence of a docstring."""
    return (inspect.getdoc(member) or "").splitlines()[0]


def body_of(answer: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return an answer's example, or the codes of its problems with their texts."""
    content = answer.get("content", {})
    if "application/problem+json" in content:
        examples = content["application/problem+json"]["examples"]
        return "<br>".join(f"`{code}`: {example['summary']}" for code, example in examples.items())
    return f"`{example_of(answer, schema)}`" if content else "none"


def example_of(body: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the example of a JSON body, as JSON."""
    name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    model = schema["components"]["schemas"][name]
    return json.dumps(model.get("example") or {key: field["examples"][0] for key, field in model["properties"].items()})


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "hooks.md": hooks,
    "settings.md": settings,
    "errors.md": error_codes,
    "endpoints.md": endpoints,
    "routes.md": routes,
    "messages.md": messages,
}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def as_text(value: Any) -> str:
    """Return a default as you would write it in the environment."""
    shown = value.get_secret_value() if isinstance(value, SecretStr) else value
    return ",".join(shown) if isinstance(shown, tuple) else str(shown)


def main() -> int:
    """Write the pages, or compare them in full."""
    note = "<!-- Generated by tools/write_reference.py: change the code that it reads, never this page. -->"
    pages = {REFERENCE / name: "\n\n".join((note, *page())) + "\n" for name, page in PAGES.items()}
    stale = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale. Run: python tools/write_reference.py", file=sys.stderr)
        return 1 if stale else 0
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
