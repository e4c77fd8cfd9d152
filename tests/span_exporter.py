"""Where the spans of the tests go: OpenTelemetry takes one provider for each process."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

EXPORTER = InMemorySpanExporter()


@pytest.fixture(scope="session")
def tracer_provider():
    """Keep the spans of this process."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(EXPORTER))
    trace.set_tracer_provider(provider)


@pytest.fixture
def spans(tracer_provider):
    """The spans that have ended since the test began."""
    EXPORTER.clear()
    return EXPORTER.get_finished_spans
