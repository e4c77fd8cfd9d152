"""A token is nowhere but with whom it belongs. Where no secret may be seen, `tests/secrecy` looks."""

from __future__ import annotations


def test_a_token_is_on_the_fresh_session_only(auth, alice, sign_in, hooks):
    """Whatever else hands out the session hands it out without."""
    session = sign_in(auth, alice)
    listed = auth.list_sessions()
    auth.invalidate_token(session.token)

    assert session.token
    assert [each.token for each in listed] == [None]
    assert hooks.of("post_auth")[0]["session"].token == session.token
    assert hooks.of("post_token_invalidate")[0]["session"].token is None
