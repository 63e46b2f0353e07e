"""OpenAPI documents, printed without a server: `openapi`."""

import json as encode

from chassis.settings import SERVICES

from office.cli import BadInput


def openapi(service: str | None = None) -> None:
    """Print the OpenAPI document of a service, or one of all.

    Parameters
    ----------
    service:
        intake, ban, dmca, appeals or notify; left out: one document of all, paths whole.
    """
    from chassis.http.openapi import openapi as document_of
    from chassis.http.openapi import openapi_of_all

    from office.services import load

    if service is not None and service not in SERVICES:
        raise BadInput(f"There is no service {service!r}. The services are {', '.join(SERVICES)}.")
    found = document_of(load((service,))[0]) if service else openapi_of_all(load())
    print(encode.dumps(found, indent=2, ensure_ascii=False))
