"""Look at a page as a strict reviewer does: with axe-core, on narrow screens, in light and dark."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

SCREENS = {
    "light": {"width": 1280, "height": 900},
    "dark": {"width": 1280, "height": 900, "scheme": "dark"},
    "phone": {"width": 390, "height": 844, "is_phone": True},
}
NARROW = 320
"""What a page must fit into, in CSS pixels, without scrolling sideways (WCAG 2.1, 1.4.10)."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

VIOLATIONS = """
const done = arguments[arguments.length - 1];
axe.run({runOnly: arguments[0], resultTypes: ["violations"]}).then(
  ({violations}) => done(violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html}`))),
  (error) => done([String(error)]),
);
"""

OVERLAPS = """
const boxes = [...document.querySelectorAll("a, button, input, select, textarea, label, summary, legend")]
  .filter((element) => element.checkVisibility() && !element.matches(".skip"))
  .flatMap((element) => [...element.getClientRects()].map((box) => ({element, box})));
const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
  && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
// The button that shows a password stands in its field, at the end that the field leaves free.
const stands_in = (field, button) => button.dataset.reveal === field.id
  && parseFloat(getComputedStyle(field).paddingRight) >= button.offsetWidth;
return boxes.flatMap((one, index) => boxes.slice(index + 1)
  .filter((other) => !one.element.contains(other.element) && !other.element.contains(one.element))
  .filter((other) => meet(one.box, other.box) && !stands_in(one.element, other.element))
  .map((other) => `${one.element.outerHTML} and ${other.element.outerHTML} overlap`));
"""

REACHABLE = """
return [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((element) => element.type !== "hidden" && element.checkVisibility() && element.tabIndex >= 0);
"""

OUTLINE = """
const style = getComputedStyle(document.activeElement), box = document.activeElement.getBoundingClientRect();
return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.left >= 0 && box.width > 0;
"""
TAB = "\ue004"

SMALL = """
return [...document.querySelectorAll("input, select, textarea")]
  .filter((element) => !["checkbox", "radio", "hidden"].includes(element.type))
  .map((element) => [parseFloat(getComputedStyle(element).fontSize), element.outerHTML])
  .filter(([size]) => size < 16)
  .map(([size, html]) => `${size} pixels are so small that a phone zooms in: ${html}`);
"""


@cache
def axe():
    """Return the source of axe-core, or None where it is not installed."""
    package = importlib.util.find_spec("axe_playwright_python")
    return package and (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def inspect(browser, pictures, name):
    """Return whatever is wrong with the page that a browser shows, and keep pictures of it."""
    browser.evaluate(axe())
    problems = []
    for screen, options in SCREENS.items():
        browser.show(**options)
        problems += [f"{screen}: {problem}" for problem in _problems(browser, options["width"])]
        file = pictures / f"{name}-{screen}.png"
        browser.photograph(file, width=options["width"], height=options["height"])
    browser.show(NARROW, 640, is_phone=True)
    return problems + [f"narrow: {problem}" for problem in [*misplaced(browser, NARROW), *browser.evaluate(SMALL)]]


def _problems(browser, width):
    return browser.driver.execute_async_script(VIOLATIONS, RULES) + misplaced(browser, width)


def misplaced(browser, width):
    """Return what sticks out of a screen of this width, and what lies on something else."""
    actual = browser.page_size[0]
    return ([f"{actual} pixels wide"] if actual > width else []) + browser.evaluate(OVERLAPS)


def unreachable(browser):
    """Return what the Tab key does not reach where the page has it, or without an outline to see.

    It goes from where the keyboard is around to it again.
    """
    if browser.focused.tag_name == "body":
        browser.type(TAB)
    controls = browser.evaluate(REACHABLE)
    first = controls.index(browser.focused)
    wrong = []
    for expected in controls[first:] + controls[:first]:
        if browser.focused != expected or not browser.evaluate(OUTLINE):
            wrong.append(expected.get_property("outerHTML"))
        browser.type(TAB)
        if browser.focused.tag_name == "body":  # where a window has its own controls
            browser.type(TAB)
    return wrong
