"""Log lines of one request, and their form."""

from __future__ import annotations

import contextvars
import json
import logging
import logging.handlers
import queue
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

from gatewright.logs import JsonFormatter, RequestId, RequestIdFilter, begin_request, request_id


def line_of(record):
    return json.loads(JsonFormatter().format(record))


def record_of(message, *args, **options):
    values = {"name": "shop", "level": logging.INFO, "pathname": "shop.py", "lineno": 1, "exc_info": None}
    return logging.LogRecord(msg=message, args=args, **values | options)


def test_an_id_is_made_once_and_only_when_it_is_asked_for():
    """Whoever asks first, of several threads at once."""
    numbers, barrier = count(1), Barrier(8)

    def ask(request):
        barrier.wait()
        return request.id

    request = RequestId(lambda: str(next(numbers)))
    assert next(numbers) == 1
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, [request] * 8)) == {"2"}


def test_a_line_is_one_object_in_one_line():
    """Whatever is in the message."""
    record = record_of("one\ntwo %s", 'quo"te\u2028ü')
    text = JsonFormatter().format(record)
    line = json.loads(text)

    assert text.splitlines() == [text]
    assert (line["level"], line["logger"], line["request_id"]) == ("INFO", "shop", None)
    assert line["message"] == 'one\ntwo quo"te\u2028ü'
    assert line["time"].endswith("+00:00")


def test_a_traceback_is_in_the_line():
    """As one text."""
    try:
        raise LookupError("lost")
    except LookupError as error:
        record = record_of("failed", exc_info=(type(error), error, error.__traceback__))

    assert line_of(record)["exception"].endswith("LookupError: lost")


def test_what_comes_as_extra_stays_out():
    """It may be a secret."""
    record = record_of("signed in")
    record.token = "some-secret"

    assert "some-secret" not in JsonFormatter().format(record)


def test_lines_that_another_thread_writes_keep_their_request():
    """As a queue before a slow disk has it."""
    lines = []
    waiting = queue.Queue()
    handler = logging.handlers.QueueHandler(waiting)
    handler.addFilter(RequestIdFilter())

    def answer():
        begin_request(RequestId(lambda: "a-request"))
        handler.handle(record_of("within"))
        return request_id()

    assert contextvars.copy_context().run(answer) == "a-request"
    handler.handle(record_of("without"))
    while not waiting.empty():
        lines.append(line_of(waiting.get()))

    assert [(line["message"], line["request_id"]) for line in lines] == [("within", "a-request"), ("without", None)]
