"""Voters: the application's own functions grant, deny or abstain, and a named strategy counts them."""

from __future__ import annotations

import asyncio

import pytest

from gatewright import User, Vote
from gatewright.errors import ConfigurationError, GatewrightError

CAROL = User({"username": "carol"}, ["user"], ["post.read"])


class Post:
    def __init__(self, author):
        self.author = author


def authors_edit(user, permission, subject):
    """Grant to authors what is about their own post, and have no opinion otherwise."""
    if permission != "post.edit" or not isinstance(subject, Post):
        return Vote.ABSTAIN
    return Vote.GRANT if subject.author == user.username else Vote.DENY


def voting(vote):
    return lambda user, permission, subject: vote


def test_a_voter_decides_about_a_subject(auth):
    """What nobody holds is granted where a voter grants it, for this subject only."""
    auth.add_voter(authors_edit)
    guard = auth.guard({})
    assert guard.is_granted("post.edit", CAROL, subject=Post("carol"))
    assert not guard.is_granted("post.edit", CAROL, subject=Post("dave"))
    assert not guard.is_granted("post.edit", CAROL)
    assert not guard.is_granted("post.delete", CAROL, subject=Post("carol"))


def test_a_voter_is_given_user_permission_and_subject(auth):
    """Exactly as they were asked about; without a subject it is None."""
    asked = []

    @auth.add_voter
    def note(user, permission, subject):
        asked.append((user, permission, subject))
        return Vote.ABSTAIN

    assert callable(note)
    post = Post("carol")
    auth.guard({}).is_granted("post.edit", CAROL, subject=post)
    auth.guard({}).is_granted("post.*", CAROL)
    assert asked == [(CAROL, "post.edit", post), (CAROL, "post.*", None)]


def test_nobody_votes_about_a_guest(auth):
    """A guest is granted nothing, and no voter is bothered."""
    asked = []
    auth.add_voter(lambda user, permission, subject: asked.append(user) or Vote.GRANT)
    assert not auth.guard({}).is_granted("post.edit")
    assert asked == []


G, D, A = Vote.GRANT, Vote.DENY, Vote.ABSTAIN


@pytest.mark.parametrize(
    ("votes", "holds_it", "affirmative", "consensus", "unanimous"),
    [
        ([], False, False, False, False),
        ([], True, True, True, True),
        ([A], False, False, False, False),
        ([A], True, True, True, True),
        ([G], False, True, True, True),
        ([D], False, False, False, False),
        ([D], True, True, False, False),
        ([G, D], False, True, False, False),
        ([G, D], True, True, True, False),
        ([G, G, D], False, True, True, False),
        ([G, G, A], False, True, True, True),
        ([G, D, D], True, True, False, False),
        ([D, D, A], False, False, False, False),
    ],
)
def test_strategies(make_auth, gatewright_settings, votes, holds_it, affirmative, consensus, unanimous):
    """One grant is enough; more grants than denials; grants and no denial. What is held is one of the grants."""
    expected = {"affirmative": affirmative, "consensus": consensus, "unanimous": unanimous}
    for strategy, answer in expected.items():
        auth = make_auth(settings=gatewright_settings.with_values(access_strategy=strategy))
        for vote in votes:
            auth.add_voter(voting(vote))
        assert auth.guard({}).is_granted("post.read" if holds_it else "post.edit", CAROL) is answer


def test_an_unknown_strategy_is_an_error(make_auth, gatewright_settings):
    """A typo in the setting is found at the start."""
    with pytest.raises(ConfigurationError):
        make_auth(settings=gatewright_settings.with_values(access_strategy="majority"))


@pytest.mark.parametrize("answer", [True, False, None, 1, "grant", "GRANT", ["grant"]], ids=repr)
def test_an_answer_that_is_no_vote_is_an_error(auth, answer):
    """A voter that returns True is a mistake that must not grant anything, nor go unnoticed."""
    auth.add_voter(voting(answer))
    with pytest.raises(ConfigurationError, match=r"Vote\.GRANT"):
        auth.guard({}).is_granted("post.read", CAROL)


@pytest.mark.parametrize("voter", [None, 5, "name", Vote.GRANT, []], ids=repr)
def test_a_voter_is_a_function(auth, voter):
    """Anything else is refused when it is added."""
    with pytest.raises(GatewrightError):
        auth.add_voter(voter)


def test_a_voters_own_exception_reaches_the_caller(auth):
    """No answer is no permission: the error comes through as it is."""

    @auth.add_voter
    def broken(user, permission, subject):
        raise LookupError("no such table")

    with pytest.raises(LookupError):
        auth.guard({}).is_granted("post.read", CAROL)


def test_voters_are_one_applications(make_auth):
    """Another application has voters of its own."""
    make_auth().add_voter(voting(Vote.GRANT))
    assert not make_auth().guard({}).is_granted("post.edit", CAROL)


def test_odd_questions_ask_nobody(auth):
    """What is not a string is not granted, whatever voters would say."""
    auth.add_voter(voting(Vote.GRANT))
    for odd in (None, 5, b"post.edit", ["post.edit"], object()):
        assert auth.guard({}).is_granted(odd, CAROL) is False


@pytest.mark.parametrize(
    "voter",
    [lambda user: Vote.GRANT, lambda user, permission: Vote.GRANT, lambda a, b, c, d: Vote.GRANT, lambda *, user: None],
    ids=["one", "two", "four", "by name"],
)
def test_a_voter_takes_user_permission_and_subject(auth, voter):
    """One that cannot be asked is refused where it is added, and not at the first question."""
    with pytest.raises(ConfigurationError, match="user, permission, subject"):
        auth.add_voter(voter)
    assert not auth.guard({}).is_granted("post.edit", CAROL)


def test_a_voter_may_take_more_than_it_is_given(auth):
    """What has a default, and whatever is left over."""
    for voter in (lambda user, *rest: Vote.ABSTAIN, lambda a, b, c, d=None: Vote.ABSTAIN):
        assert auth.add_voter(voter) is voter


class SlowVoter:
    async def __call__(self, user, permission, subject):
        await asyncio.sleep(0)
        return Vote.GRANT


@pytest.mark.parametrize("voter", [SlowVoter(), SlowVoter().__call__], ids=["object", "function"])
def test_a_coroutine_voter(auth, is_async, voter):
    """In an event loop a voter may wait; the blocking build says that it cannot, where the voter is added."""
    if is_async:
        auth.add_voter(voter)
        assert auth.guard({}).is_granted("post.edit", CAROL)
    else:
        with pytest.raises(ConfigurationError, match="AsyncAuth"):
            auth.add_voter(voter)


def test_a_voter_whose_answer_has_to_be_awaited(auth, is_async):
    """That a plain function returns such a thing shows with its first answer, which grants nothing."""
    auth.add_voter(lambda *asked: SlowVoter()(*asked))
    guard = auth.guard({})
    if is_async:
        assert guard.is_granted("post.edit", CAROL)
    else:
        with pytest.raises(GatewrightError, match="AsyncAuth"):
            guard.is_granted("post.edit", CAROL)
