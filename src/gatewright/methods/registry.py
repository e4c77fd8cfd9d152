"""The list of methods: a new one needs one line here, outside its folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec

from gatewright.environment_settings import register_hints
from gatewright.errors import ConfigurationError
from gatewright.methods.method import Method
from gatewright.methods.validation import require_method

BUILT_IN = {
    "passkey": "gatewright.methods.passkey:Passkey",
    "password": "gatewright.methods.password:Password",
    "wallet": "gatewright.methods.wallet:Wallet",
    "totp": "gatewright.methods.totp:Totp",
    "recovery_codes": "gatewright.methods.recovery_codes:RecoveryCodes",
    "email_code": "gatewright.methods.email_code:EmailCode",
}
"""Name -> where it is. Each is imported only if the settings name it."""

STORE = "store"
"""Value of the setting ``second_factor_after`` for users whom the application itself has authenticated."""


def load_methods(named: Sequence[str] | None, added: Sequence[Method] = ()) -> dict[str, Method]:
    """Return methods by name, in order.

    Args:
        named: Names of built-in methods, or ``package.module:Class``; None for all built-in methods whose requirements
            are installed.
        added: Methods that the application created itself; they replace methods of the same name.

    Raises:
        ConfigurationError: If there is no such method, with a list of the known ones; or if its requirement is not
            installed; or if it is not a valid method.
    """
    chosen = map(_load_installed, named) if named else filter(_is_installed, map(_load, BUILT_IN))
    methods = {method.name: method for method in chosen}
    own: dict[str, Method] = {}
    for method in added:
        if not isinstance(method, Method):
            raise ConfigurationError(
                f"methods takes instances of subclasses of gatewright.methods.Method, not {method!r:.80}."
            )
        if own.setdefault(require_method(method).name, method) is not method:
            raise ConfigurationError(
                f"Two methods are called {method.name}: {own[method.name]!r:.80} and {method!r:.80}. Give each its own "
                "name."
            )
    return methods | own


def unknown_first_methods(named: Iterable[str], methods: Iterable[str]) -> list[str]:
    """Return the names in the setting ``second_factor_after`` that are not names of methods known here."""
    return [name for name in named if name not in {*BUILT_IN, *methods, STORE}]


def refuse_misspelt(named: Iterable[str], methods: Iterable[str]) -> None:
    """Refuse a name in the setting ``second_factor_after`` that looks like a misspelt method.

    Otherwise nobody would be asked for a second factor after the intended method. Any other unknown name may be that of
    a method that exists in another process.

    Raises:
        ConfigurationError: If there is one; the message names the method.
    """
    for name in unknown_first_methods(named, methods):
        meant = get_close_matches(name.lower(), [*BUILT_IN, STORE])
        if meant:
            raise ConfigurationError(
                f"GATEWRIGHT_SECOND_FACTOR_AFTER names {name!r:.80}, which is not a method, so nobody would be asked "
                f"for a second factor after it. Did you mean {meant[0]}?"
            )


def built_in_methods() -> list[type[Method]]:
    """Return the classes of the built-in methods, except those whose libraries are not installed."""
    found: list[type[Method]] = []
    for where in BUILT_IN.values():
        module, _, attribute = where.partition(":")
        with suppress(ImportError):
            found.append(getattr(import_module(module), attribute))
    return found


def _load_installed(name: str) -> Method:
    method = _load(name)
    if not _is_installed(method):
        raise ConfigurationError(
            f"GATEWRIGHT_METHODS names {method.name}, which needs the package {method.requires}. Install "
            f"gatewright[{method.name}]."
        )
    return method


def _is_installed(method: Method) -> bool:
    return method.requires is None or find_spec(method.requires) is not None


def _load(name: str) -> Method:
    where = BUILT_IN.get(name, name)
    module, is_path, attribute = where.partition(":")
    if not is_path:
        raise ConfigurationError(
            f"GATEWRIGHT_METHODS names {name!r:.80}, which is unknown. Known are {', '.join(BUILT_IN)}; write your "
            "own as package.module:Class."
        )
    try:
        made = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigurationError(f"The method {where!r:.200} cannot be created: {error}.") from error
    if not isinstance(made, Method):
        raise ConfigurationError(f"{where:.200} is not a subclass of gatewright.methods.Method.")
    return require_method(made)


def _setting_hints() -> dict[str, str]:
    """Return, for each setting of a built-in method, which method it belongs to and how to set it."""
    return {
        name: f"the method {kind.name}: write Auth(methods=[{kind.__name__}({settings.__name__}({name}=...))])"
        for kind in built_in_methods()
        if (settings := kind.settings_class) is not None
        for name in settings.model_fields
    }


register_hints(_setting_hints)
