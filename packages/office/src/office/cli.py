"""`office`: data on stdout, progress on stderr; exit 0 done, 1 refused, 2 bad input, 3 cannot reach.

Each command is imported only when it runs, so that `--help` and the small ones answer at once.
"""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError
from kernel.decision import Refused

from office.home import CannotReach

DONE, REFUSED, BAD_INPUT, CANNOT_REACH = 0, 1, 2, 3

app = App(
    name="office",
    help="Carries out the Wikimedia Foundation Office Actions Policy: five services, their law, and what operators need.",
    help_epilogue="Exit codes: 0 done, 1 refused, 2 bad input, 3 cannot reach. Every command takes --help.",
    version_flags=["--version"],
    exit_on_error=False,
    print_error=False,
    result_action="return_value",
)
app.register_install_completion_command()

for place, commands in {
    "running": {
        "up": "Start the services and stay up.",
        "down": "End the servers that a crash left running in this home.",
        "demo": "Start everything, play the example matters, and stay up.",
        "doctor": "Say which settings are missing or wrong, and the line that mends each.",
    },
    "tokens": {"token": "Print a token of dev mode's own issuer.", "revoke": "Make a token, or all tokens of a person, worthless."},
    "law": {
        "due": "Print when a matter is due.",
        "workdays": "Print the date N business days later.",
        "restore-window": "Print when material may return after a counter-notice.",
    },
    "upkeep": {
        "migrate": "Bring roles, schemas, tables and grants up to date.",
        "topics": "Make the missing topics.",
        "check": "Ask every invariant, and verify the hash chains.",
        "replay": "Send recorded events again.",
    },
    "documents": {"openapi": "Print the OpenAPI document of a service, or of all."},
    "measure": {"bench": "Measure speed, each figure against the bare thing."},
}.items():
    for command, says in commands.items():
        app.command(f"office.commands.{place}:{command.replace('-', '_')}", name=command, help=says)

for group, says, place, inner_commands in (
    (
        "parked",
        "Events whose reaction failed.",
        "parked",
        {"list": "List what is parked.", "retry": "Let one be tried again.", "drop": "Give one up for good."},
    ),
    (
        "audit",
        "The hash chain over audit, access log and outbox.",
        "audit",
        {
            "export": "Print the chain as JSON lines.",
            "checkpoint": "Sign how long the chain is now, for a witness outside.",
            "verify": "Check an export, without a server.",
        },
    ),
    ("keys", "The keyring that wraps every data key.", "keys", {"rotate": "Add a key and wrap every data key under it."}),
    ("import", "What stood before this system.", "imports", {"bans": "Put bans and blocks on record that were decided before it."}),
    ("dmca", "Letters under the DMCA.", "letters", {"read": "Read letters and print which statutory elements each has."}),
):
    inner = App(name=group, help=says)
    for command, sentence in inner_commands.items():
        inner.command(f"office.commands.{place}:{command}_", name=command, help=sentence)
    app.command(inner)


class BadInput(Exception):
    """What the caller gave cannot be used; one sentence that says what would be right."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code."""
    try:
        result = app(arguments)
    except CycloptsError as error:
        return _say(str(error).strip().replace("\n", " "), BAD_INPUT)
    except Refused as error:
        for reason in error.reasons:
            _say(f"Refused: {reason.says} ({reason.cite}, {reason.code})", REFUSED)
        return REFUSED
    except BadInput as error:
        return _say(str(error), BAD_INPUT)
    except CannotReach as error:
        return _say(str(error), CANNOT_REACH)
    except ValueError as error:
        if not (said := _wrong_settings(error)):
            raise
        return _say(said, BAD_INPUT)
    except BrokenPipeError:
        return DONE
    except KeyboardInterrupt:
        return 130
    return result if isinstance(result, int) else DONE


def _wrong_settings(error: ValueError) -> str | None:
    """Say which settings of the environment cannot be, without the value; None when it is another error, and a fault of ours."""
    kind = type(error)
    if (kind.__module__, kind.__name__) == ("pydantic_settings.exceptions", "SettingsError"):
        return f'A setting cannot be read: {error}. A list is written as JSON, such as ["eqiad"].'
    title, errors = getattr(error, "title", ""), getattr(error, "errors", None)
    if errors is None or not title.endswith("Settings"):
        return None
    prefix = "OFFICE_" if title == "Settings" else ""
    wrong = "; ".join(f"{prefix}{str(one['loc'][0]).upper()}: {one['msg']}" for one in errors(include_input=False, include_url=False))
    return f"The environment has settings that cannot be ({title}): {wrong}."


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def run() -> None:
    """Run as the console script `office`."""
    sys.exit(main())
