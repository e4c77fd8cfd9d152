"""A client whose body is refused gets to know it."""

from __future__ import annotations

import pytest

from large_bodies import send_then_read


@pytest.mark.parametrize("path", ["/challenge", "/login", "/nowhere"])
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_the_sender_of_a_large_body_gets_the_answer(site, path, chunked):
    """Even one that reads only when all is sent: the connection is not reset under the answer."""
    answers = [send_then_read(f"{site.url}{path}", b" " * 3_000_000, chunked=chunked) for _ in range(3)]

    assert all(answer.startswith(b"HTTP/1.1 413 ") and b"body_too_large" in answer for answer in answers)
