"""What stood before this system: `import bans` (R8, R36)."""

import csv
import json as encode
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

from office.cli import DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import opened, progress
from office.commands.upkeep import DryRun

LONGEST = 100_000_000
WHY = "import of what stood before"
_LISTS = {"accounts", "addresses", "bars", "grounds"}
Step = Callable[[], AbstractAsyncContextManager[Any]]
"""Opens the transaction, or the part of one, of a single row."""


class NotKept(Exception):
    """Ends a transaction whose work is not to stay."""


class SaidTwice(ValueError):
    """An object of JSON names one thing twice."""


async def bans_(file: Path, *, dry_run: DryRun = False, json: Json = False, by: str = "operator") -> int:
    """Put bans and range blocks that were decided before this system on record, in force or over as they were; every row has its answer.

    A row is imported once, so that a file may be taken again; another row of the same `ref` is refused. Exit 1 when a row was refused; the
    others are imported all the same. With --dry-run nothing stays, and no action can be proposed while it runs.

    Parameters
    ----------
    file:
        JSON lines, one object a row: `ref` (its name in your source), `kind` (global_ban, event_ban or range_block), `enacted_at`, of a ban
        `accounts` ([{name, wiki?}]), of a block `addresses` (no wider than /16, or /19 of IPv6) and, where it enforces a global ban of the
        same list, `enforces` (the ban's `ref`, on a row before) and `bars` (what it bars: createaccount, edit, sendemail and more). Of what
        is over `ended` (expired, with its `expires_at`, or lifted, with `ended_at`). As far as known `expires_at`, `addresses`, `scope`,
        `irrevocable`, `grounds`, `tou_basis`, `disclosure`, `note`. Or CSV with these columns, several accounts, addresses, grounds or bars
        in a cell parted by `|`, and `scope` as JSON.
    by:
        Who imports.
    """
    from kernel.actor import Performer

    rows = list(_rows(file))
    seen: Counter[str] = Counter()
    async with opened(("ban",)) as (runtime,):
        from chassis.db import Database

        # The database lets no other role put on record what was not decided here.
        own, runtime.db = runtime.db, Database(runtime.settings, "ban_import")
        try:
            async with _steps(runtime, Performer(role="operator", id=by), keep=not dry_run) as step:
                for number, row in rows:
                    answer = row if isinstance(row, str) else await _take(step, row, keep=not dry_run)
                    told = {"result": "unreadable", "says": answer} if isinstance(answer, str) else answer
                    seen[told["result"]] += 1
                    _tell({"row": number, **told}, json=json)
                    progress(f"{number} of {len(rows)}")
        finally:
            await runtime.db.close()
            runtime.db = own
    if not json:
        print(
            ("Nothing was kept (--dry-run). " if dry_run else "") + ", ".join(f"{count} {result}" for result, count in seen.items()) + "."
        )
    return REFUSED if seen["refused"] or seen["unreadable"] else DONE


@asynccontextmanager
async def _steps(runtime: Any, by: Any, *, keep: bool) -> AsyncIterator[Step]:
    """Give each row a transaction of its own; in a dry run all share one, which is undone, so that a row sees those before it."""

    def opening() -> AbstractAsyncContextManager[Any]:
        edge: AbstractAsyncContextManager[Any] = runtime.edge("command:ban:import", by=by, access_reason=WHY)
        return edge

    if keep:
        yield opening
        return
    try:
        async with opening() as edge:

            @asynccontextmanager
            async def part() -> AsyncIterator[Any]:
                async with edge.savepoint():
                    yield edge

            yield part
            _undo()
    except NotKept:
        return


def _undo() -> NoReturn:
    raise NotKept


async def _take(step: Step, row: dict[str, Any], *, keep: bool) -> dict[str, Any] | str:
    """Import one row, and say what became of it; what the database itself does not take is an answer too."""
    from ban_svc.actions import import_ban
    from ban_svc.model import ImportedBan
    from kernel.decision import Refused
    from pydantic import ValidationError
    from sqlalchemy.exc import DataError, IntegrityError

    try:
        ban = ImportedBan.model_validate_json(encode.dumps(row))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'row'}: {first['msg']}"
    except RecursionError:
        return "It nests too deep."
    try:
        async with step() as edge:
            action, new = await import_ban(edge, ban)
            told = {"ref": ban.ref, "result": "imported" if new else "already there", "action_id": str(action.id)}
    except Refused as refused:
        reasons = [{"code": reason.code, "says": reason.says, "cite": reason.cite} for reason in refused.reasons]
        return {"ref": ban.ref, "result": "refused", "reasons": reasons}
    except (IntegrityError, DataError):
        reasons = [{"code": "not_kept", "says": "The database does not take it beside what is on record; have it looked at.", "cite": "R8"}]
        return {"ref": ban.ref, "result": "refused", "reasons": reasons}
    return told if keep or not new else {"ref": ban.ref, "result": "would be imported"}


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Read the rows with their numbers; one that cannot be read is told in a sentence."""
    try:
        if file.stat().st_size > LONGEST:
            raise BadInput(f"{file}: longer than {LONGEST:,} bytes. Split it.")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{file}: not UTF-8.") from error
    if file.suffix.lower() == ".csv":
        yield from _of_table(file, text)
        return
    # At the end of a line alone: a text may hold other characters that Python takes for one.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, _of_line(line)


def _of_line(line: str) -> dict[str, Any] | str:
    try:
        row = encode.loads(line, object_pairs_hook=_said_once)
    except SaidTwice:
        return "It says one thing twice."
    except (ValueError, RecursionError):
        return "It is no JSON."
    return row if isinstance(row, dict) else "It is no JSON object."


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SaidTwice
    return found


def _of_table(file: Path, text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Read the rows of a table under its columns; one that is broken off is answered, and the next is read."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    columns: list[str] = []
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield number, f"It is no row of a table: {error}."
            continue
        if not columns:
            columns = [cell.strip() for cell in cells]
            if len(set(columns)) < len(columns):
                raise BadInput(f"{file}: two columns have one name.")
        elif cells:
            number += 1
            yield number, _of_cells(columns, cells)


def _of_cells(columns: list[str], cells: list[str]) -> dict[str, Any] | str:
    """Read a row of a table: an empty cell says nothing."""
    if len(cells) > len(columns):
        return "It has more cells than columns."
    row: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        value = cell.strip()
        if not value:
            continue
        if name in _LISTS:
            parts = [part.strip() for part in value.split("|") if part.strip()]
            row[name] = [{"name": part} for part in parts] if name == "accounts" else parts
        elif name == "irrevocable":
            row[name] = {"true": True, "false": False}.get(value.lower(), value)
        elif name == "scope":
            scope = _of_line(value)
            if isinstance(scope, str):
                return f"scope: {scope}"
            row[name] = scope
        else:
            row[name] = value
    return row


def _tell(told: dict[str, Any], *, json: bool) -> None:
    if json:
        print(encode.dumps(told, ensure_ascii=False))
        return
    why = told.get("says") or " ".join(f"{reason['says']} ({reason['cite']})" for reason in told.get("reasons", ()))
    named = " ".join(part for part in (told.get("ref"), told.get("action_id")) if part)
    print(f"{told['row']}: {told['result']}{f' {named}' if named else ''}{f': {why}' if why else ''}")
