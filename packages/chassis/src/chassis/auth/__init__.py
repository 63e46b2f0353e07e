"""Who calls: tokens, the dev mode's own issuer, and revocation (DESIGN 5 and 7)."""

from chassis.auth.gate import Gate
from chassis.auth.issuer import issue
from chassis.auth.principal import Principal
from chassis.auth.revocation import office_schema_statements

__all__ = ["Gate", "Principal", "issue", "office_schema_statements"]
