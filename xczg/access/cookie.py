"""The sign-in cookie: a signed name with the moment of issue, in the authenticator's own format.

The authenticator reckons both times without a zone, so that a server in UTC hands a browser in Shanghai
a cookie eight hours short; here they are aware. Reading it needs no component and costs no second run.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

NAME = "xczg"
DAYS = 0.5
LIFE = timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid cookie says: who signed in, and when."""

    username: str
    at: datetime


def issue(key: str, username: str, at: datetime) -> str:
    """The text of the cookie."""
    content = {"username": username, "exp_date": (at + LIFE).timestamp(), "issued_at": at.timestamp()}
    return jwt.encode(content, key, algorithm="HS256")


def read(key: str, token: str | None, at: datetime) -> Claim | None:
    """The claim of a cookie that is signed with our key, whole and not expired; else None."""
    if not token:
        return None
    try:
        content = jwt.decode(token, key, algorithms=["HS256"])
        issued = datetime.fromtimestamp(float(content["issued_at"]), UTC)
        username = str(content["username"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
    return Claim(username, issued) if issued <= at + timedelta(minutes=1) and at < issued + LIFE else None
