"""The flows of one finding on its own page: close-out and extension."""

from xczg.access.permissions import Actor
from xczg.access.runtime import runtime
from xczg.services.flow_readings import read_finding_flows
from xczg.store.views.ledger import FindingDetail
from xczg.ui.acting import told
from xczg.ui.flow_forms import close_out_part, extension_part


def flows(detail: FindingDetail, account: Actor) -> None:
    """Draw where close-out and extension stand, with the forms for what comes next. Six statements."""
    assert detail.finding.id is not None
    found = read_finding_flows(runtime().engine, account, detail.finding.id)
    if found is None:
        return
    told()
    close_out_part(found, account)
    extension_part(found, account)
