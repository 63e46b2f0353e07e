"""What stood before this system: `import bans` (R8, R36)."""

import csv
import json as encode
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from office.cli import DONE, REFUSED, BadInput
from office.commands.law import Json
from office.commands.opened import opened, progress
from office.commands.upkeep import DryRun

LONGEST = 100_000_000
_LISTS = {"accounts", "addresses", "grounds"}


class NotKept(Exception):
    """Ends a transaction whose work is not to stay."""


async def bans_(file: Path, *, dry_run: DryRun = False, json: Json = False, by: str = "operator") -> int:
    """Put bans that were decided before this system on record, in force as they were; every row has its answer, and a row is imported once.

    Exit 1 when a row was refused; the others are imported all the same. With --dry-run nothing stays.

    Parameters
    ----------
    file:
        JSON lines, one object a row: `ref` (its name in your source), `kind` (global_ban or event_ban), `accounts` ([{name, wiki?}]),
        `enacted_at`, and as far as known `expires_at`, `addresses`, `scope`, `irrevocable`, `grounds`, `tou_basis`, `disclosure`, `note`.
        Or CSV with these columns, several accounts, addresses or grounds in a cell parted by `|`, and `scope` as JSON.
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
            for number, row in rows:
                answer = row if isinstance(row, str) else await _take(runtime, row, Performer(role="operator", id=by), keep=not dry_run)
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


async def _take(runtime: Any, row: dict[str, Any], by: Any, *, keep: bool) -> dict[str, Any] | str:
    """Import one row in a transaction of its own, and say what became of it."""
    from ban_svc.actions import import_ban
    from ban_svc.model import ImportedBan
    from kernel.decision import Refused
    from pydantic import ValidationError

    try:
        ban = ImportedBan.model_validate_json(encode.dumps(row))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or 'row'}: {first['msg']}"
    told: dict[str, Any] = {"ref": ban.ref}
    try:
        async with runtime.edge("command:ban:import", by=by, access_reason="import of what stood before") as edge:
            action, new = await import_ban(edge, ban)
            told |= {"result": "imported" if new else "already there", "action_id": str(action.id)}
            if not keep:
                # What the database would say at the end is said now.
                await edge.flush()
                _undo()
    except NotKept:
        if told["result"] == "imported":
            return {"ref": ban.ref, "result": "would be imported"}
    except Refused as refused:
        reasons = [{"code": reason.code, "says": reason.says, "cite": reason.cite} for reason in refused.reasons]
        return {"ref": ban.ref, "result": "refused", "reasons": reasons}
    return told


def _undo() -> NoReturn:
    raise NotKept


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
        for number, cells in enumerate(csv.DictReader(text.splitlines()), start=1):
            yield number, _of_cells(cells)
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield number, _of_line(line)


def _of_line(line: str) -> dict[str, Any] | str:
    try:
        row = encode.loads(line)
    except (ValueError, RecursionError):
        return "It is no JSON."
    return row if isinstance(row, dict) else "It is no JSON object."


def _of_cells(cells: dict[str | Any, Any]) -> dict[str, Any] | str:
    """Read a row of a table: an empty cell says nothing."""
    if None in cells:
        return "It has more cells than columns."
    row: dict[str, Any] = {}
    for name, cell in cells.items():
        value = (cell or "").strip()
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
