"""Charts, each with a text for it.

They are written in Plotly's own JSON form: a figure that is put together step by step is checked at every
step, which took longer than all the rest of a page (and plotly.express takes ten times as long).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

from xczg.rules.values import FindingStatus

CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
_MARGIN = {"l": 8, "r": 8, "t": 4, "b": 20}
_MINIMUM_SPAN = 10.0


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of the charts in one theme; those of .streamlit/config.toml."""

    red: str
    blue: str
    green: str
    pale_green: str
    grey: str
    shade: float

    def of(self, status: FindingStatus) -> str:
        """The colour of a status, the same in every chart."""
        return {
            FindingStatus.COMPLETED: self.green,
            FindingStatus.BASICALLY_COMPLETED: self.pale_green,
            FindingStatus.NOT_COMPLETED: self.grey,
        }[status]


LIGHT = Palette("#9b1c1c", "#3f6ea6", "#3f7d54", "#a9c9b2", "#c9c6bf", 0.07)
DARK = Palette("#d9736b", "#7ea6d3", "#7fb88f", "#4a6e56", "#5d5f63", 0.16)


def palette() -> Palette:
    """The colours of the theme the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


@dataclass(frozen=True, slots=True)
class Dot:
    """One organisation on a strip; a marked one is a red diamond."""

    key: int
    name: str
    value: float
    marked: bool


@dataclass(frozen=True, slots=True)
class StripWords:
    """What the two kinds of dots mean, the unit of the values, and the whole as a text."""

    marked: str
    others: str
    unit: str
    alt: str


def strip(dots: Sequence[Dot], words: StripWords, *, line: float | None, key: str) -> int | None:
    """Where everybody stands on one line, the marked ones in the shaded part; the key of a clicked dot."""
    colours = palette()
    kinds = ((True, words.marked, colours.red, "diamond"), (False, words.others, colours.blue, "circle"))
    traces = []
    for marked, meaning, colour, symbol in kinds:
        part = [(place, dot) for place, dot in enumerate(dots) if dot.marked is marked]
        traces.append(
            {
                "type": "scatter",
                "name": meaning,
                "x": [dot.value for _, dot in part],
                "y": [_lane(place) for place, _ in part],
                "mode": "markers",
                "marker": {"color": colour, "symbol": symbol, "size": 9},
                "text": [escape(dot.name) for _, dot in part],
                "customdata": [dot.key for _, dot in part],
                "hovertemplate": f"%{{text}}<br>%{{x:.2f}}{words.unit}<extra></extra>",
                "showlegend": bool(part),
            }
        )
    low, high = span([dot.value for dot in dots], whole=words.unit == "%")
    layout: dict[str, Any] = {
        "height": 112,
        "margin": {**_MARGIN, "t": 20},
        "dragmode": False,
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        "xaxis": {
            "fixedrange": True,
            "ticksuffix": words.unit if words.unit == "%" else "",
            "showgrid": True,
            "range": [low, high],
        },
        "yaxis": {"visible": False, "range": [-0.6, 4.6], "fixedrange": True},
    }
    if line is not None:
        layout["shapes"] = [_shaded(low, line, colours)]
    chosen = _draw(traces, layout, alt=words.alt, key=key, on_select="rerun", selection_mode="points")
    picked = chosen["selection"]["points"]
    return int(picked[0]["customdata"]) if picked else None


def span(values: Sequence[float], *, whole: bool) -> tuple[float, float]:
    """The axis: all of 0…100 for rates, else what the values take up and no less than ten points."""
    if whole or not values:
        return -2.0, 102.0
    low, high = min(values), max(values)
    spare = max(0.0, _MINIMUM_SPAN - (high - low)) / 2
    edge = (high - low + 2 * spare) * 0.03
    return max(-2.0, low - spare - edge), min(102.0, high + spare + edge)


def _shaded(lowest: float, line: float, colours: Palette) -> dict[str, Any]:
    """The part of the strip up to the line."""
    return {
        "type": "rect",
        "xref": "x",
        "yref": "y domain",
        "x0": lowest,
        "x1": line + 0.02,
        "y0": 0,
        "y1": 1,
        "fillcolor": colours.red,
        "opacity": colours.shade,
        "line": {"width": 0},
        "layer": "below",
    }


def _lane(place: int) -> int:
    """Neighbours in the list lie in different lanes, so that equal values do not hide each other."""
    return (place * 3) % 5


def stacked_bars(
    names: Sequence[str], parts: Sequence[tuple[FindingStatus, Sequence[int]]], *, alt: str, key: str
) -> None:
    """Horizontal bars, one a name, each part a status with its word, colour and numbers."""
    colours = palette()
    traces = [
        {
            "type": "bar",
            "y": [shortened(name) for name in names],
            "x": list(values),
            "name": status.value,
            "orientation": "h",
            "marker": {"color": colours.of(status)},
            "text": [str(value) if value else "" for value in values],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"size": 11},
            "hovertext": [escape(name) for name in names],
            "hovertemplate": f"%{{hovertext}}<br>{status.value}：%{{x}}个<extra></extra>",
        }
        for status, values in parts
    ]
    most = max((sum(values) for values in zip(*(values for _, values in parts), strict=True)), default=0)
    layout = {
        "barmode": "stack",
        "height": 60 + 22 * len(names),
        "margin": {**_MARGIN, "t": 28},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        "dragmode": False,
        "bargap": 0.2,
        "xaxis": {
            "fixedrange": True,
            "showgrid": True,
            "range": [0, max(10, most * 1.02)],
            "tickformat": "d",
        },
        "yaxis": {"autorange": "reversed", "fixedrange": True, "automargin": True},
    }
    _draw(traces, layout, alt=alt, key=key)


def shortened(name: str, length: int = 18) -> str:
    """A name for an axis: cut in the middle, so that its end （党组、党委） stays; HTML is shown as text."""
    cut = name if len(name) <= length else f"{name[: length - 6]}…{name[-5:]}"
    return cut.replace("&", "&amp;").replace("<", "&lt;")


def _draw(traces: list[dict[str, Any]], layout: dict[str, Any], *, alt: str, key: str, **more: Any) -> Any:
    return st.plotly_chart({"data": traces, "layout": layout}, key=key, config=CONFIG, alt=alt, **more)
