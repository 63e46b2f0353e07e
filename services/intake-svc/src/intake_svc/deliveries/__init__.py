"""What leaves the house from here: a report to NCMEC's CyberTipline, in steps (D21)."""

from chassis.service import Carrier

from intake_svc.actions import cybertip as actions
from intake_svc.deliveries import cybertip

# Urgent: it is tried again soon, and a person told after minutes; the case's own date then insists.
PAUSES = (5.0, 30.0, 120.0, 600.0)

CARRIERS = {
    actions.SUBMIT: Carrier(
        call=cybertip.submit,
        take_receipt=actions.take_opened,
        read_back=cybertip.lost,
        take_failure=actions.take_failure,
        pauses=PAUSES,
        apart=True,
    ),
    # Both say what is so when they are called again: NCMEC's codes tell a report that is finished, or gone.
    actions.FINISH: Carrier(
        call=cybertip.finish,
        take_receipt=actions.take_ended,
        read_back=cybertip.finish,
        take_failure=actions.take_failure,
        pauses=PAUSES,
        apart=True,
    ),
    actions.RETRACT: Carrier(
        call=cybertip.retract,
        take_receipt=actions.take_ended,
        read_back=cybertip.retract,
        take_failure=actions.take_failure,
        pauses=PAUSES,
        apart=True,
    ),
}
