"""The command tree, and how it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated

import typer

from gatewright.cli.audit import read_audit
from gatewright.cli.challenge import make_challenge
from gatewright.cli.clear_errors import with_clear_errors
from gatewright.cli.doctor import examine_configuration
from gatewright.cli.exit_codes import ExitCode
from gatewright.cli.hooks import list_hooks
from gatewright.cli.mail import deliver_mails, list_queued_mails, send_test_mail
from gatewright.cli.migrate import migrate_database
from gatewright.cli.permission import create_permission, grant_permission, list_permissions, revoke_permission
from gatewright.cli.purge import purge
from gatewright.cli.reencrypt import reencrypt
from gatewright.cli.role import assign_role, create_role, list_roles, unassign_role
from gatewright.cli.serve import serve
from gatewright.cli.sessions import list_sessions, revoke_sessions
from gatewright.cli.user import create_user, disable_user, enable_user, set_password, show_user, verify_user
from gatewright.cli.user_changes import change_email, delete_user, export_user, rename_user
from gatewright.cli.user_factors import user_factors
from gatewright.cli.user_import.command import import_users
from gatewright.cli.user_list import list_users
from gatewright.cli.wallet import new_wallet, sign_message, verify_message


def _group(summary: str, commands: Mapping[str, Callable[..., None]]) -> typer.Typer:
    group = typer.Typer(
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, command in commands.items():
        group.command(name)(with_clear_errors(command))
    return group


app = _group(
    "Serve the sign-in pages, manage users and sessions, and check the configuration.",
    {
        "serve": serve,
        "migrate": migrate_database,
        "challenge": make_challenge,
        "audit": read_audit,
        "purge": purge,
        "reencrypt": reencrypt,
        "hooks": list_hooks,
        "doctor": examine_configuration,
    },
)
app.add_typer(
    _group(
        "Create wallets, sign and verify messages.", {"new": new_wallet, "sign": sign_message, "verify": verify_message}
    ),
    name="wallet",
)
app.add_typer(
    _group("See who is signed in, and end sessions.", {"list": list_sessions, "revoke": revoke_sessions}),
    name="sessions",
)
app.add_typer(
    _group(
        "List queued emails, deliver them, and test the mail server.",
        {"list": list_queued_mails, "deliver": deliver_mails, "test": send_test_mail},
    ),
    name="mail",
)
app.add_typer(
    _group(
        "Create, inspect and change users.",
        {
            "create": create_user,
            "import": import_users,
            "list": list_users,
            "show": show_user,
            "disable": disable_user,
            "enable": enable_user,
            "verify": verify_user,
            "set-password": set_password,
            "factors": user_factors,
            "rename": rename_user,
            "email": change_email,
            "export": export_user,
            "delete": delete_user,
        },
    ),
    name="user",
)
app.add_typer(
    _group(
        "Declare, assign and unassign roles.",
        {"create": create_role, "list": list_roles, "assign": assign_role, "unassign": unassign_role},
    ),
    name="role",
)
app.add_typer(
    _group(
        "Declare, grant and revoke permissions.",
        {
            "create": create_permission,
            "list": list_permissions,
            "grant": grant_permission,
            "revoke": revoke_permission,
        },
    ),
    name="permission",
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"gatewright {version('gatewright')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line. A closed pipe on stdout ends it quietly; a full disk is reported in one line."""
    _open_what_is_closed()
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            app(prog_name="gatewright")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        raise SystemExit(ExitCode.NO) from None
    except OSError as error:
        _drop_output()
        print(f"error: cannot write the output: {error.strerror}", file=sys.stderr)
        raise SystemExit(ExitCode.UNAVAILABLE) from None


def _open_what_is_closed() -> None:
    """Open the null device for each missing standard stream, so that no database gets its file descriptor."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _drop_output() -> None:
    """Let the interpreter's final flush succeed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
