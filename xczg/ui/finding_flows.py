"""What happens to a finding beside its progress （销号、延期……）, drawn on its page.

The extension point of the finding page: sections are added to SECTIONS, in the order of the screen.
"""

from collections.abc import Callable

from xczg.access.permissions import Actor
from xczg.store.views.ledger import FindingDetail

SECTIONS: tuple[Callable[[FindingDetail, Actor], None], ...] = ()


def flows(detail: FindingDetail, account: Actor) -> None:
    """All sections, one below the other; each draws nothing for whom it is not meant."""
    for section in SECTIONS:
        section(detail, account)
