"""How strong proofs are together, and that a column gives them back as they were."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.proofs import Kind, Proof, assurance_of, kinds_of, read_proofs, with_proof, write_proofs

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def proof(method, *kinds, at=NOW, amr=("x",), is_bound=False):
    return Proof(method, at, frozenset(kinds), tuple(amr), is_bound)


PASSWORD = proof("password", Kind.KNOWLEDGE, amr=["pwd"])
PIN = proof("pin", Kind.KNOWLEDGE)
WALLET = proof("wallet", Kind.POSSESSION)
APP = proof("app", Kind.POSSESSION, amr=["otp"])
MAIL = proof("mail", Kind.MAILBOX)
SYNCED = proof("passkey", Kind.POSSESSION, Kind.INHERENCE)
BOUND = proof("passkey", Kind.POSSESSION, Kind.KNOWLEDGE, is_bound=True)
TOUCHED = proof("passkey", Kind.POSSESSION, is_bound=True)


@pytest.mark.parametrize(
    ("proofs", "level", "is_two"),
    [
        ([], 0, False),
        ([PASSWORD], 1, False),
        ([WALLET], 1, False),
        ([MAIL], 1, False),
        ([PASSWORD, PIN], 1, False),
        ([WALLET, APP], 1, False),
        ([PASSWORD, MAIL], 1, True),
        ([WALLET, MAIL], 1, True),
        ([PASSWORD, WALLET], 2, True),
        ([PASSWORD, APP], 2, True),
        ([SYNCED], 2, True),
        ([TOUCHED], 1, False),
        ([PASSWORD, TOUCHED], 2, True),
        ([BOUND], 3, True),
        ([PASSWORD, BOUND], 3, True),
        ([proof("scan", Kind.KNOWLEDGE, Kind.INHERENCE, is_bound=True)], 1, True),
    ],
    ids=lambda value: "+".join(each.method for each in value) or "nothing" if isinstance(value, list) else None,
)
def test_proofs_are_as_strong_as_they_are_together(proofs, level, is_two):
    """A mailbox is no possession, two of one kind are one factor, and order does not matter."""
    for order in (proofs, proofs[::-1], iter(proofs)):
        assert assurance_of(order) == level
    assert (len(kinds_of(iter(proofs))) > 1) is is_two


@given(st.lists(st.sampled_from([PASSWORD, PIN, WALLET, APP, MAIL, SYNCED, BOUND, TOUCHED])), st.integers(0, 7))
def test_no_proof_takes_strength_away(proofs, number):
    """One more is never less."""
    more = [PASSWORD, PIN, WALLET, APP, MAIL, SYNCED, BOUND, TOUCHED][number]

    assert assurance_of([*proofs, more]) >= assurance_of(proofs)


def test_a_proof_takes_the_place_of_the_earlier_one_of_its_method():
    """It comes last, and the others stay in their order."""
    again = proof("password", Kind.KNOWLEDGE, at=NOW + timedelta(hours=1))

    assert with_proof((), PASSWORD) == (PASSWORD,)
    assert with_proof((PASSWORD, APP, WALLET), again) == (APP, WALLET, again)
    assert with_proof(iter([APP]), PASSWORD) == (APP, PASSWORD)


PROOFS = st.builds(
    Proof,
    method=st.text(max_size=9),
    at=st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30)).map(lambda at: at.replace(microsecond=0, tzinfo=UTC)),  # noqa: DTZ001 - becomes aware
    kinds=st.frozensets(st.sampled_from(Kind)),
    amr=st.lists(st.text(max_size=9), max_size=3).map(tuple),
    is_bound_to_device=st.booleans(),
)


@given(st.lists(PROOFS, max_size=4).map(tuple))
def test_proofs_come_back_as_they_were_written(proofs):
    """Each in its place; what is written is text that any database keeps."""
    assert read_proofs(write_proofs(proofs)) == proofs
    assert write_proofs(proofs).isascii()


def test_a_moment_is_kept_to_the_second():
    """Whatever zone it was told in."""
    at = datetime(2030, 1, 1, 14, 0, 0, 999999, tzinfo=timezone(timedelta(hours=2)))

    (read,) = read_proofs(write_proofs([proof("password", Kind.KNOWLEDGE, at=at)]))
    assert (read.at, read.at.tzinfo) == (NOW, UTC)


def test_nothing_is_written_for_nothing():
    """So that a row of an older release says the same as one without proofs."""
    assert (write_proofs([]), read_proofs("")) == ("", ())


def test_equal_proofs_are_written_alike():
    """Sets have no order, and texts have."""
    kinds = [Kind.POSSESSION, Kind.KNOWLEDGE, Kind.INHERENCE]
    written = {write_proofs([proof("passkey", *order)]) for order in (kinds, kinds[::-1])}

    assert [json.loads(each)[0][2] for each in written] == [["inherence", "knowledge", "possession"]]
