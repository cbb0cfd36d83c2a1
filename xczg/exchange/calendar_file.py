"""Dated tasks as an iCalendar file; importing it again renews the entries instead of doubling them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from xczg.rules.due import DueTask


def calendar_file(tasks: Sequence[DueTask], moment: datetime) -> bytes:
    """One whole-day entry per task on its date. `moment` is when the file was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//xczg//待办事项//ZH")
    calendar.add("version", "2.0")
    for task in tasks:
        if task.due is None:
            continue
        event = Event()
        event.add("uid", _identity(task))
        event.add("dtstamp", moment)
        event.add("dtstart", task.due)
        event.add("dtend", task.due + timedelta(days=1))
        event.add("summary", f"{task.organization or task.round_name}：{task.words}")
        event.add("description", f"{task.round_name}；{task.owner.value}；{task.urgency.value}")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _identity(task: DueTask) -> str:
    """The same for the same task on another day: what changes daily (counts, urgency) is left out."""
    parts = (task.round_name, task.organization, task.owner.value, task.screen.value, str(task.due))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32] + "@xczg"
