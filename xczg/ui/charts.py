"""Charts, each with a text for it.

They are written in Plotly's own JSON form: a figure that is put together step by step is checked at every
step, which took longer than all the rest of a page (and plotly.express takes ten times as long).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import streamlit as st

RED, BLUE, GREEN, PALE_GREEN, GREY = "#9b1c1c", "#3f6ea6", "#3f7d54", "#a9c9b2", "#c9c6bf"
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
_MARGIN = {"l": 8, "r": 8, "t": 4, "b": 20}


@dataclass(frozen=True, slots=True)
class Dot:
    """One organisation on a strip; a marked one is a red diamond with its name where there is room."""

    name: str
    value: float
    marked: bool


def strip(dots: Sequence[Dot], *, line: float | None, line_text: str, unit: str, alt: str, key: str) -> None:
    """Where everybody stands on one line, the marked ones in the shaded part."""
    traces = []
    for marked, colour, symbol in ((False, BLUE, "circle"), (True, RED, "diamond")):
        part = [(place, dot) for place, dot in enumerate(dots) if dot.marked is marked]
        traces.append(
            {
                "type": "scatter",
                "x": [dot.value for _, dot in part],
                "y": [_lane(place) for place, _ in part],
                "mode": "markers",
                "marker": {"color": colour, "symbol": symbol, "size": 9},
                "text": [escape(dot.name) for _, dot in part],
                "hovertemplate": f"%{{text}}<br>%{{x:.2f}}{unit}<extra></extra>",
                "showlegend": False,
            }
        )
    layout: dict[str, Any] = {
        "height": 118,
        "margin": {**_MARGIN, "t": 18 if line is not None else 4},
        "dragmode": False,
        "hovermode": "closest",
        "xaxis": {"fixedrange": True, "ticksuffix": unit if unit == "%" else "", "showgrid": True},
        "yaxis": {"visible": False, "range": [-0.6, 4.6], "fixedrange": True},
    }
    if line is not None and dots:
        layout |= _shaded(min(dot.value for dot in dots), line, line_text)
    _draw(traces, layout, alt=alt, key=key)


def _shaded(lowest: float, line: float, line_text: str) -> dict[str, Any]:
    """The part of the strip up to the line, and the words above it."""
    area = {
        "type": "rect",
        "xref": "x",
        "yref": "y domain",
        "x0": lowest - 1.5,
        "x1": line + 0.02,
        "y0": 0,
        "y1": 1,
        "fillcolor": RED,
        "opacity": 0.07,
        "line": {"width": 0},
    }
    words = {
        "x": line,
        "y": 1.0,
        "yref": "paper",
        "text": line_text,
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "bottom",
        "font": {"size": 11, "color": RED},
    }
    return {"shapes": [area], "annotations": [words]}


def _lane(place: int) -> int:
    """Neighbours in the list lie in different lanes, so that equal values do not hide each other."""
    return (place * 3) % 5


def stacked_bars(
    names: Sequence[str], parts: Sequence[tuple[str, str, Sequence[int]]], *, alt: str, key: str
) -> None:
    """Horizontal bars, one a name, each part with its word, colour and numbers."""
    traces = [
        {
            "type": "bar",
            "y": list(names),
            "x": list(values),
            "name": label,
            "orientation": "h",
            "marker": {"color": colour},
            "text": [str(value) if value else "" for value in values],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"size": 11},
            "hovertemplate": f"%{{y}}<br>{label}：%{{x}}个<extra></extra>",
        }
        for label, colour, values in parts
    ]
    layout = {
        "barmode": "stack",
        "height": 60 + 22 * len(names),
        "margin": {**_MARGIN, "t": 28},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        "dragmode": False,
        "bargap": 0.2,
        "xaxis": {"fixedrange": True, "showgrid": True},
        "yaxis": {"autorange": "reversed", "fixedrange": True, "automargin": True},
    }
    _draw(traces, layout, alt=alt, key=key)


def _draw(traces: list[dict[str, Any]], layout: dict[str, Any], *, alt: str, key: str) -> None:
    st.plotly_chart({"data": traces, "layout": layout}, key=key, config=CONFIG, alt=alt)
