"""What every tab that streams has in common: start, stop, continue, progress and leaving."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from faceweb.style.recipe import Recipe
from faceweb.types import StyleStep
from faceweb.ui.controls import PRIVATE, QUICK, into_view
from faceweb.ui.sessions.style import StyleRun, StyleRuns

# A second run may be asked for while one is under way, which it then stops; or it may not.
AGAIN = {"trigger_mode": "multiple"}
ONCE = {"trigger_mode": "once"}

Show = Callable[[StyleRun, StyleStep], tuple]


@dataclass(frozen=True)
class Event:
    """Something that a click does at once, past the queue.

    Attributes:
        function: what it calls.
        outputs: what its answer fills.
    """

    function: Callable
    outputs: Any = None


@dataclass(frozen=True)
class Start:
    """One way to start a run.

    Attributes:
        event: the listener that waits for it, such as a button's `click`.
        handler: streams the run.
        inputs: what the handler takes.
        options: of the event, such as the `api_name` for programs; private by default.
    """

    event: Callable
    handler: Callable
    inputs: Sequence[gr.components.Component] = ()
    options: dict = field(default_factory=lambda: PRIVATE)


def stream_panel(
    page: gr.Blocks,
    starts: Sequence[Start],
    outputs: Sequence[gr.components.Component],
    queue: dict,
    leave: Callable,
    scroll_to: str,
    before: Event | None = None,
    after: Event | None = None,
    failed: Event | None = None,
    stop: tuple[gr.Button, Callable, dict] | None = None,
    trigger: dict = AGAIN,
) -> None:
    """Wires a tab whose answer streams.

    Args:
        page: the page itself.
        starts: the ways to start a run, or to go on with one.
        outputs: what a run fills, step by step.
        queue: in which runs wait.
        leave: forgets what a visitor had who leaves the page.
        scroll_to: the answer, as a selector.
        before: what is done before a run.
        after: what is done after it, however it ended.
        failed: what is done after it where it failed.
        stop: the button, what it calls and the options of that event.
        trigger: what a second click does while a run is under way.
    """
    for start in starts:
        begun = start.event
        if before is not None:
            begun = begun(before.function, None, before.outputs, **QUICK, **trigger).then
        begun(None, None, None, js=into_view(scroll_to), **PRIVATE)
        ran = begun(
            start.handler,
            list(start.inputs),
            list(outputs),
            show_progress="minimal",
            **trigger,
            **queue,
            **start.options,
        )
        if after is not None:
            for end in (ran.success, ran.failure):
                end(after.function, None, after.outputs, **QUICK)
        if failed is not None:
            ran.failure(failed.function, None, failed.outputs, **QUICK)
    if stop is not None:
        button, function, options = stop
        button.click(function, None, None, **options)
    page.unload(leave)


def hide() -> dict:
    """The update that hides the last result while the next one is made."""
    return gr.update(visible=False)


def stream_run(
    runs: StyleRuns,
    run: StyleRun,
    request: gr.Request,
    waiting: tuple,
    show: Show,
    show_result: Show,
    recipe: Recipe | None = None,
) -> Iterator[tuple]:
    """Streams a run until it is finished or stopped.

    Args:
        runs: of all visitors.
        run: of the one who asks.
        request: theirs.
        waiting: what fills the outputs before the first step.
        show: what fills them at a step.
        show_result: what fills them in the end, unless the visitor has begun another or left.
        recipe: that is followed.
    """
    yield waiting
    with run.hold():
        for step in run.transfer.run(run.controls, recipe):
            run.add(step)
            yield show(run, step)
            if run.stopped:
                break
    if runs.of(request) is run:
        yield show_result(run, step)
