"""Texts of any bytes."""

from __future__ import annotations


def text_of(data):
    """Return any bytes as text: what is not UTF-8 becomes lone surrogates, as in file names and environments."""
    return data.decode("utf-8", "surrogateescape")


def header_of(data):
    """Return any bytes as the value of a header, as servers pass it on."""
    return data.decode("latin-1").translate({0: None, 10: None, 13: None})
