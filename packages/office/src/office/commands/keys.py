"""The keyring: `keys rotate`."""

import json as encode
from functools import partial

from chassis.settings import SERVICES

from office.commands.law import Json
from office.commands.opened import opened, progress
from office.commands.upkeep import DryRun


async def rotate_(*, dry_run: DryRun = False, json: Json = False) -> None:
    """Add a wrapping key and wrap every data key under it; nothing of what they seal is touched, and nothing stops meanwhile.

    Safe to break off and run again; older keys stay in the file for what they sealed.
    """
    from chassis.crypto import Keyring, rotate
    from chassis.db import Database

    changed = {}
    async with opened() as runtimes:
        path = runtimes[0].settings.secrets_dir / "keyring.json"
        ring = Keyring.load(path) if dry_run else Keyring.add_key(path)
        for runtime in () if dry_run else runtimes:
            name = runtime.service.name
            keys = Database(runtime.settings, f"{name}_keys")
            try:
                async with keys.engine.connect() as connection:
                    changed[name] = await rotate(connection, ring, partial(_tell, name))
            finally:
                await keys.close()
    if json:
        print(encode.dumps({"current": ring.current, "rewrapped": changed}))
    elif dry_run:
        print(f"The current key is {ring.current}; a rotation would add one and wrap the data keys of {len(SERVICES)} services anew.")
    else:
        print(f"The current key is {ring.current}. Wrapped anew: " + ", ".join(f"{name} {count}" for name, count in changed.items()) + ".")


def _tell(service: str, table: str, seen: int) -> None:
    progress(f"{service} {table}: {seen}")
