"""The page for those who do not see it, or use no mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import views

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1440, 1000), (390, 844)
# Each with the one rule that is asked, or all; colours are the same at every width.
LOOKS = ((NARROW, False, None), (WIDE, True, "color-contrast"), (WIDE, False, None))
# What Gradio makes so and no property changes, by rule and a selector; the reason stands beside it.
ALLOWED = (
    # The empty record is a <div> with a label, which only says that it is empty.
    ("aria-prohibited-attr", '[aria-label="Empty value"]'),
    # The label of a picture input says in other words what is written in it.
    ("label-content-name-mismatch", ".upload-container"),
)
RUN = """async ([allowed, only]) => {
  const how = { resultTypes: ["violations"], ...(only ? { runOnly: [only] } : {}) };
  const { violations } = await axe.run(document, how);
  return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).flatMap(
    ({ id, nodes }) => nodes
      .filter(({ element, target }) => !allowed.some(
        ([rule, selector]) => rule === id && document.querySelector(target[0])?.matches(selector)))
      .map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""
# A ring or a frame is drawn around what the keyboard acts upon, or around what holds it.
RINGED = """() => {
  const drawn = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  };
  let element = document.activeElement;
  for (let up = 0; up < 3 && element; up += 1, element = element.parentElement)
    if (drawn(element)) return true;
  return false;
}"""
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"


@pytest.fixture
def axe() -> str:
    """The checker's script."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make test does so where there is npm")
    return AXE.read_text()


def test_no_view_has_a_serious_barrier(visit, axe):
    """Every tab and every tab in it, all folds open, wide and narrow, light and dark."""
    page = visit()
    page.evaluate(axe)
    # What fades would be judged halfway.
    page.add_style_tag(content=STILL)
    barriers = set()
    for _ in views(page):
        for (width, height), dark, only in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("(dark) => document.body.classList.toggle('dark', dark)", dark)
            barriers |= set(page.evaluate(RUN, [ALLOWED, only]))
    assert barriers == set()


def test_an_example_is_verified_with_the_keyboard_alone(visit):
    """From the top of the page to the tab, an example, its answer, and back up to another."""
    page = visit()
    press_until(page, "Tab", '[role="tab"]', "Verify")
    page.keyboard.press("Enter")
    page.locator("#verify-examples").wait_for()
    press_until(page, "Tab", "#verify-examples td")
    expect(page.locator("#verify-examples td:focus")).to_have_accessible_name("collins")
    page.keyboard.press("Enter")
    page.locator("#verify-answer .verdict").get_by_text("Same person").wait_for()
    press_until(page, "Tab", "#verify-threshold input[type=range]")
    page.keyboard.press("Home")
    page.locator("#verify-answer .verdict").get_by_text("Different people").wait_for()
    press_until(page, "Tab", "#verify-start")
    page.keyboard.press("Enter")
    page.locator("#verify-answer .verdict").get_by_text("Different people").wait_for()


def test_a_name_is_enrolled_with_the_keyboard_alone(visit):
    """An example fills photo and name; Enter in the name's box enrolls."""
    page = visit()
    press_until(page, "Tab", "#enroll-examples td")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Eileen Collins")
    page.get_by_text("Eileen Collins is enrolled").wait_for()


def press_until(page: Page, key: str, selector: str, text: str = "") -> None:
    """Presses a key until the focus is where it shall be; a ring shows it all the way."""
    there = "([s, t]) => document.activeElement.matches(s) && " + (
        "document.activeElement.innerText.includes(t)"
    )
    for _ in range(40):
        page.keyboard.press(key)
        assert page.evaluate(RINGED), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate(there, [selector, text]):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")
