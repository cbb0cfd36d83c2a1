"""Static twins: a page's calls to Streamlit, recorded once, drawn again from constants.

While a page is recorded, each `st.…` call is noted with its finished arguments: data frames, figures and
texts are then constants. The twin repeats the same calls in the same order and nothing else, so that what
a page takes beyond its twin is its own work: reading, reckoning, building.
"""

import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.scriptrunner import StopException

DRAWN = (
    "title",
    "header",
    "subheader",
    "caption",
    "html",
    "markdown",
    "metric",
    "info",
    "success",
    "warning",
    "error",
    "dataframe",
    "data_editor",
    "plotly_chart",
    "selectbox",
    "pagination",
    "text_input",
    "pills",
    "radio",
    "checkbox",
    "button",
    "download_button",
    "page_link",
    "container",
    "columns",
    "grid",
    "popover",
    "expander",
    "form",
    "form_submit_button",
    "date_input",
    "file_uploader",
    "progress",
    "text_area",
    "number_input",
    "multiselect",
    "segmented_control",
    "toggle",
    "table",
    "write",
    "code",
    "empty",
)
Event = tuple[str, Any, tuple[Any, ...], dict[str, Any]]


class Recorder:
    """The calls of one run of a page."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._places: dict[int, tuple[int, int | None]] = {}
        self._kept: list[Any] = []

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Note every call made through `st` and every entered container, while drawing as usual."""
        originals = {name: getattr(st, name) for name in DRAWN}
        enter, leave = DeltaGenerator.__enter__, DeltaGenerator.__exit__
        for name, original in originals.items():
            setattr(st, name, self._noting(name, original))

        def entered(container: DeltaGenerator) -> Any:
            self.events.append(("enter", self._places.get(id(container)), (), {}))
            return enter(container)

        def left(container: DeltaGenerator, *error: Any) -> Any:
            self.events.append(("exit", self._places.get(id(container)), (), {}))
            return leave(container, *error)

        DeltaGenerator.__enter__, DeltaGenerator.__exit__ = entered, left  # type: ignore[assignment, method-assign]
        try:
            yield
        finally:
            DeltaGenerator.__enter__, DeltaGenerator.__exit__ = enter, leave  # type: ignore[method-assign]
            for name, original in originals.items():
                setattr(st, name, original)

    def _noting(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            place = len(self.events)
            self.events.append((name, None, args, kwargs))
            result = original(*args, **kwargs)
            parts = result if isinstance(result, list) else [result]
            for part_number, part in enumerate(parts):
                if isinstance(part, DeltaGenerator):
                    self._kept.append(part)
                    self._places[id(part)] = (place, part_number if isinstance(result, list) else None)
            return result

        return call


def record(page: Path) -> list[Event]:
    """Run a page once, drawing it, and return its calls."""
    recorder = Recorder()
    with recorder.recording(), suppress(StopException):  # a page may end by st.stop()
        runpy.run_path(str(page))
    return recorder.events


def replay(events: list[Event]) -> None:
    """Draw the calls again."""
    made: dict[int, Any] = {}
    for place, (name, target, args, kwargs) in enumerate(events):
        if name in ("enter", "exit"):
            if target is None:
                continue
            container = made[target[0]]
            if target[1] is not None:
                container = container[target[1]]
            container.__enter__() if name == "enter" else container.__exit__(None, None, None)
        else:
            made[place] = getattr(st, name)(*args, **kwargs)
