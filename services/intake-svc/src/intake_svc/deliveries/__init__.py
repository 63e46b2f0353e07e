"""What leaves the house from here: a report to NCMEC's CyberTipline, in steps (D21)."""

from functools import partial

from chassis.service import Carrier

from intake_svc.actions import cybertip as actions
from intake_svc.deliveries import cybertip

# Urgent: it is tried again soon, and a person told after minutes; the case's own date then insists.
_step = partial(Carrier, take_failure=actions.take_failure, pauses=(5.0, 30.0, 120.0, 600.0), apart=True)

CARRIERS = {
    actions.SUBMIT: _step(call=cybertip.submit, take_receipt=actions.take_opened, read_back=cybertip.lost),
    # Both say what is so when they are called again: NCMEC's codes tell a report that is finished, or gone.
    actions.FINISH: _step(call=cybertip.finish, take_receipt=actions.take_ended, read_back=cybertip.finish),
    actions.RETRACT: _step(call=cybertip.retract, take_receipt=actions.take_ended, read_back=cybertip.retract),
}
