"""Letters under the DMCA, read without a database: `dmca read`."""

import json as encode
from pathlib import Path

from office.cli import BadInput
from office.commands.law import Json

LONGEST = 10_000_000


def read_(*files: Path, json: Json = False) -> None:
    """Read letters and print what each is and which statutory elements it has, one JSON object a file (D8, D10).

    Parameters
    ----------
    files:
        Letters as plain text, or mail as `.eml`.
    """
    from dmca_svc.reading import letter_text, read

    del json  # a reading is an object either way
    if not files:
        raise BadInput("Name at least one file.")
    for file in files:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise BadInput(f"{file}: {error.strerror}.") from error
        if len(raw) > LONGEST:
            raise BadInput(f"{file}: longer than {LONGEST:,} bytes.")
        letter = letter_text(raw, "message/rfc822" if file.suffix == ".eml" else "text/plain")
        print(encode.dumps({"file": file.name, **read(letter.text).as_json()}, ensure_ascii=False))
