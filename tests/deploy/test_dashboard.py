"""The dashboard shows what there is, and all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from prometheus_client.metrics import MetricWrapperBase

from gatewright import errors
from gatewright.telemetry import metrics
from gatewright.telemetry.outcomes import outcome_of

DASHBOARD = Path(__file__).parents[2] / "deploy" / "grafana" / "gatewright.json"
OURS = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
FAMILIES = {family.name: family.type for each in OURS for family in each.describe()}
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_count", "_sum")}
SAMPLES = {f"{name}{suffix}" for name, kind in FAMILIES.items() for suffix in SUFFIXES[kind]}
LABELS = {label for each in OURS for label in each._labelnames} | {"job", "instance", "le"}


@pytest.fixture(scope="module")
def dashboard():
    return json.loads(DASHBOARD.read_text())


def panels_of(dashboard):
    """Return what is drawn: everything but the headings."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries_of(dashboard):
    panels = [target["expr"] for panel in panels_of(dashboard) for target in panel["targets"]]
    variables = [each["query"] for each in dashboard["templating"]["list"]]
    return panels, [each["query"] for each in variables if isinstance(each, dict)]


def test_every_metric_that_it_names_exists(dashboard):
    """With the labels by which it sums and selects."""
    panels, variables = queries_of(dashboard)
    text = " ".join(panels + variables)
    grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", text) for label in group.split(",")}
    selected = set(re.findall(r"([a-z]+)[!=]=?~?\"", text))

    assert set(re.findall(r"gatewright_\w+", text)) <= SAMPLES
    assert grouped | selected <= LABELS


def test_every_metric_is_on_it(dashboard):
    """Nothing is measured for nobody."""
    panels, _ = queries_of(dashboard)

    assert {name for name in FAMILIES if name not in " ".join(panels)} == set()


def test_panels_can_be_told_apart(dashboard):
    """Each has an id, a title, a description, a unit, and a place of its own."""
    panels = dashboard["panels"]
    taken = [
        (place["x"] + x, place["y"] + y)
        for panel in panels
        for place in [panel["gridPos"]]
        for x in range(place["w"])
        for y in range(place["h"])
    ]

    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    assert all(panel["description"] and panel["fieldConfig"]["defaults"]["unit"] for panel in panels_of(dashboard))
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_a_part_of_nothing_is_shown_as_none(dashboard):
    """What has never failed has no series, and a quotient of no series would be "No data" instead of zero."""
    panels, _ = queries_of(dashboard)
    selected = [query for query in panels if " / " in query and "outcome" in query.partition(" / ")[0]]

    assert selected
    assert all(query.partition(" / ")[0].endswith(" or vector(0))") for query in selected)


def test_server_side_failures_are_those_that_are_exposed_before_they_happen(dashboard):
    """And each of them is a code that operations end with."""
    (query,) = (
        panel["targets"][0]["expr"] for panel in panels_of(dashboard) if panel["title"] == "Server-side failures"
    )
    (codes,) = re.findall(r'outcome=~"([^"]+)"', query)
    (red,) = (
        rule["matcher"]["options"] for panel in panels_of(dashboard) for rule in panel["fieldConfig"]["overrides"]
    )

    known = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "code")}
    assert set(codes.split("|")) == set(metrics.SERVER_SIDE_FAILURES) <= known | {outcome_of(RuntimeError())}
    assert red == f"/^({codes})$/"


def test_a_number_is_red_only_where_the_dashboard_says_so(dashboard):
    """Without thresholds of the panel's own, Grafana colours every number of 80 or more red."""
    numbers = {
        panel["title"]: panel["fieldConfig"]["defaults"] for panel in panels_of(dashboard) if panel["type"] == "stat"
    }

    assert {title for title, look in numbers.items() if "thresholds" not in look} == {"Throughput"}
    assert numbers["Throughput"]["color"]["mode"] == "fixed"
