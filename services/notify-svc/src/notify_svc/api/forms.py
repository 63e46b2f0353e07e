"""What every form of notify-svc shares."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Words = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[!-~]+$", max_length=2000)]


class Form(BaseModel):
    """What every form shares."""

    model_config = ConfigDict(extra="forbid", strict=True)
