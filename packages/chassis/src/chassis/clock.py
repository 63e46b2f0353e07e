"""A clock with two hands: `law` is the time that the law counts, `wall` the time that machines agree on (DESIGN 3)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Both hands. Outside dev mode they are the same; in dev `law` runs ahead by the seconds that the home's `clock` file holds."""

    def __init__(self, offset_file: Path | None = None) -> None:
        """`offset_file` is `OFFICE_HOME/clock`, so that all processes of one home agree; None: nobody may move the law's hand."""
        self._file = offset_file
        self._seen: tuple[int, int] | None = None
        self._offset = timedelta()

    @property
    def movable(self) -> bool:
        """Whether this clock belongs to dev mode."""
        return self._file is not None

    def wall(self) -> datetime:
        """Time in UTC for tokens, idempotency, limits, back-off, ids, `meta.dt`, Kafka timestamps and logs. It never moves."""
        return datetime.now(UTC)

    def law(self) -> datetime:
        """Time in UTC for receipts, deadlines, windows, expiries, `not_before`, leases and the `dt` of events."""
        return self.wall() + self._current_offset()

    def move_to(self, moment: datetime) -> None:
        """Move the law's hand forward to `moment`; it never goes back.

        Raises:
            ValueError: outside dev mode, or when `moment` lies before the law's present.
        """
        if self._file is None:
            raise ValueError("only the clock of dev mode can be moved")
        if moment < self.law():
            raise ValueError("the law's clock never goes back")
        new = self._file.with_suffix(".new")
        new.write_text(f"{(moment - self.wall()).total_seconds()}\n")
        new.replace(self._file)

    def _current_offset(self) -> timedelta:
        if self._file is None:
            return timedelta()
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return timedelta()
        # The inode changes with each `replace`, even within one tick of the file system's clock.
        seen = (stat.st_mtime_ns, stat.st_ino)
        if seen != self._seen:
            self._offset = timedelta(seconds=float(self._file.read_text()))
            self._seen = seen
        return self._offset
