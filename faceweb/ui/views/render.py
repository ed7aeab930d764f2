"""The page's HTML from Jinja2 templates, which escape whatever is not marked as HTML.

A sentence stands in its template as `_("It has {count} faces.", count=2)`: it is our own text, so
that its tags are HTML, while what is filled in is escaped. `say(...)` and `retold(...)`, of a
variable, are escaped as a whole.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from faceweb.i18n import key_of, retold, say

# From here on a number of digits says less than its power of ten.
LONGEST = 10**10
POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


def render(name: str, **context: object) -> Markup:
    """A template's HTML in the language that is spoken.

    Args:
        name: its path under `templates/`, without the suffix.
        context: what it names; text is escaped, `Markup` is not.
    """
    return Markup(environment().get_template(f"{name}.html").render(context).strip())


@cache
def environment() -> Environment:
    """The one environment: templates are read and compiled once, and a missing name is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"_": translate, "say": say, "retold": retold, "count": count_noun}
    made.filters |= {
        "number": format,
        "percent": percent,
        "million": million,
        "large": large,
        "shape": times,
        "duration": duration,
    }
    return made


def translate(text: str, **values: object) -> Markup:
    """A text of ours as HTML in the language that is spoken, with its {names} filled in, escaped.

    Args:
        text: in English; where a template breaks it makes no difference.
        values: of its names.
    """
    said = Markup(say(key_of(text) if "\n" in text else text))
    return said.format(**values) if values else said


def percent(share: float) -> str:
    """A share as a percentage, with as many digits as it deserves; it stays on one line."""
    if share > 0.999:
        return say("over 99.9\u00a0%")
    if 0 < share < 0.001:
        return say("under 0.1\u00a0%")
    digits = 0 if 0.1 <= share <= 0.9 else 1
    return f"{100 * share:.{digits}f}\u00a0%"


def count_noun(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return say(f"{{number}} {one if number == 1 else many}", number=f"{number:,}")


def million(number: int) -> str:
    """A large number as people say it."""
    if number < 1_000_000:
        return f"{number:,}"
    digits = 0 if number >= 10_000_000 else 1
    # Chinese counts in ten thousands.
    return say(
        "{millions} million", millions=f"{number / 1e6:,.{digits}f}", wan=f"{number / 1e4:,.0f}"
    )


def large(number: int) -> str:
    """A number, from ten thousand million on as a power of ten."""
    if number < LONGEST:
        return f"{number:,}"
    mantissa, power = f"{float(number):.2e}".split("e+")
    return f"{mantissa} · 10{str(int(power)).translate(POWERS)}"


def times(shape: Sequence[int]) -> str:
    """A shape as people write it."""
    return " × ".join(str(length) for length in shape)


def duration(seconds: float) -> str:
    """Seconds below two minutes, else minutes."""
    if seconds < 120:
        return say("{seconds} s", seconds=f"{max(seconds, 1):.0f}")
    return say("{minutes} minutes", minutes=f"{seconds / 60:.0f}")
