"""Charts, drawn with graph_objects (plotly.express takes ten times as long), each with a text for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import plotly.graph_objects as go
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
    figure = go.Figure()
    for marked, colour, symbol in ((False, BLUE, "circle"), (True, RED, "diamond")):
        part = [(place, dot) for place, dot in enumerate(dots) if dot.marked is marked]
        figure.add_scatter(
            x=[dot.value for _, dot in part],
            y=[_lane(place) for place, _ in part],
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 9},
            text=[escape(dot.name) for _, dot in part],
            hovertemplate=f"%{{text}}<br>%{{x:.2f}}{unit}<extra></extra>",
            showlegend=False,
        )
    if line is not None and dots:
        lowest = min(dot.value for dot in dots)
        figure.add_vrect(x0=lowest - 1.5, x1=line + 0.02, fillcolor=RED, opacity=0.07, line_width=0)
        figure.add_annotation(
            x=line,
            y=1.0,
            yref="paper",
            text=line_text,
            showarrow=False,
            xanchor="right",
            yanchor="bottom",
            font={"size": 11, "color": RED},
        )
    figure.update_layout(
        height=118,
        margin={**_MARGIN, "t": 18 if line is not None else 4},
        dragmode=False,
        hovermode="closest",
    )
    figure.update_yaxes(visible=False, range=[-0.6, 4.6], fixedrange=True)
    figure.update_xaxes(fixedrange=True, ticksuffix=unit if unit == "%" else "", showgrid=True)
    st.plotly_chart(figure, key=key, config=CONFIG, alt=alt)


def _lane(place: int) -> int:
    """Neighbours in the list lie in different lanes, so that equal values do not hide each other."""
    return (place * 3) % 5


def stacked_bars(
    names: Sequence[str], parts: Sequence[tuple[str, str, Sequence[int]]], *, alt: str, key: str
) -> None:
    """Horizontal bars, one a name, each part with its word, colour and numbers."""
    figure = go.Figure()
    for label, colour, values in parts:
        figure.add_bar(
            y=list(names),
            x=list(values),
            name=label,
            orientation="h",
            marker={"color": colour},
            text=[str(value) if value else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 11},
            hovertemplate=f"%{{y}}<br>{label}：%{{x}}个<extra></extra>",
        )
    layout: dict[str, Any] = {
        "barmode": "stack",
        "height": 60 + 22 * len(names),
        "margin": {**_MARGIN, "t": 28},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        "dragmode": False,
        "bargap": 0.2,
    }
    figure.update_layout(**layout)
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    figure.update_xaxes(fixedrange=True, showgrid=True)
    st.plotly_chart(figure, key=key, config=CONFIG, alt=alt)
