"""Helpers for the tests of applications that use gatewright."""
