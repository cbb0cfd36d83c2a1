"""Today, where the regulation is in force. Rules and services take it as a parameter."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def today() -> date:
    """The present date in Asia/Shanghai."""
    return datetime.now(SHANGHAI).date()


def moment_now() -> datetime:
    """The present moment, timezone-aware."""
    return datetime.now(UTC)
