"""What dmca-svc does: load, ask a rule, change, record; never a commit, a call outside or a clock but the edge's."""
