"""The table *operation x entry path x hook*: every declared point is fired by the operation that it names.

The columns are the entry paths of the library, in both dresses. Paths through the server and the commands end in the
same operations, and their own tests show it.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from gatewright import Denied
from gatewright.errors import InvalidChallengeError
from gatewright.hooks import POINTS


def fail_to_authenticate(auth, wallet):
    with pytest.raises(InvalidChallengeError):
        auth.authenticate(wallet.address, "unknown", "x")


def authenticate(auth, wallet):
    challenge = auth.generate_challenge(wallet.address)
    return auth.authenticate(wallet.address, challenge, wallet.sign(challenge))


ENTRY_PATHS = {
    "generate_challenge": {"generate_challenge": lambda auth, wallet: auth.generate_challenge(wallet.address)},
    "authenticate": {
        "authenticate": lambda auth, wallet: (authenticate(auth, wallet), fail_to_authenticate(auth, wallet))
    },
    "verify_signature": {
        "verify_signature": lambda auth, wallet: auth.verify_signature(wallet.address, "m", wallet.sign("m")),
        "authenticate": authenticate,
    },
    "validate_token": {
        "validate_token": lambda auth, wallet: auth.validate_token("any"),
        "get_user_by_token": lambda auth, wallet: auth.get_user_by_token("any"),
    },
    "invalidate_token": {
        "invalidate_token": lambda auth, wallet: auth.invalidate_token(authenticate(auth, wallet).token),
    },
}


def test_every_operation_with_hooks_is_in_the_table():
    """A new operation has to be added to the table, with its entry paths."""
    assert {declaration.operation for declaration in POINTS} == ENTRY_PATHS.keys()


@pytest.mark.parametrize(
    ("declaration", "path"),
    [
        pytest.param(declaration, path, id=f"{declaration.name}-{path}")
        for declaration in POINTS
        for path in ENTRY_PATHS[declaration.operation]
    ],
)
def test_no_entry_path_skips_a_hook(auth, alice, declaration, path, hooks):
    """Through every way in, the operation fires each point that is declared for it."""
    ENTRY_PATHS[declaration.operation][path](auth, alice)

    assert hooks.of(declaration.name)


@pytest.mark.parametrize("declaration", [declaration for declaration in POINTS if declaration.is_before])
def test_no_entry_path_skips_a_veto(auth, alice, declaration):
    """Through every way in, a refusal at a ``pre_*`` point keeps its operation from succeeding."""
    refused = []

    @auth.add_hook(declaration.name)
    def refuse():
        refused.append(declaration.name)
        raise Denied

    for enter in ENTRY_PATHS[declaration.operation].values():
        with suppress(Denied):
            assert enter(auth, alice) is None

    assert len(refused) == len(ENTRY_PATHS[declaration.operation])
