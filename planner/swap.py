"""Put a finished folder in the place of an old one, so that nobody ever finds half of either.

The new folder is written beside the old one, flushed to the disk, and then exchanged with it in one step of
the file system (Linux `renameat2`, macOS `renamex_np`). Where that step does not exist, the old folder is
moved aside and the new one moved in; a process killed in between leaves the old folder aside, whole, and
`recover` moves it back. Only one process at a time writes to a place: the lock dies with the process.

Names beside `DIR`: `.DIR.new-<token>` is being written or thrown away; `.DIR.old` is a whole old folder;
`.DIR.lock` is the lock.
"""

import contextlib
import ctypes
import errno
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE (Linux) and RENAME_SWAP (macOS) are both 2


class BusyError(Exception):
    """Another process is writing to the same place."""


def _lock_path(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.lock"


def _backup_path(folder: Path) -> Path:
    return folder.parent / f".{folder.name}.old"


def _leftovers(folder: Path) -> list[Path]:
    if not folder.parent.is_dir():
        return []
    pattern = re.compile(re.escape(f".{folder.name}.new-") + "[0-9a-f]{16}")
    return sorted(path for path in folder.parent.iterdir() if pattern.fullmatch(path.name))


def _try_lock(descriptor: int) -> None:
    """Lock an open file or raise BusyError. A file system without locks is taken as it is."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BusyError from error
    else:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError from error
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise


def _same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the right to write to `folder`. BusyError if another process has it; its death frees it."""
    path = _lock_path(folder)
    while True:
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            _try_lock(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        if _same_file(descriptor, path):  # the holder before us may have removed the file we opened
            break
        os.close(descriptor)
    try:
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(descriptor)
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            with contextlib.suppress(OSError):
                path.unlink()
            os.close(descriptor)


def needs_recovery(folder: Path) -> bool:
    """Whether a killed process left something beside `folder`."""
    return _backup_path(folder).exists() or bool(_leftovers(folder))


def recover(folder: Path) -> None:
    """Finish or undo what a killed process began; afterwards `folder` is whole or absent. Hold the lock."""
    backup = _backup_path(folder)
    if backup.exists():
        if folder.exists():
            _discard(folder, backup)
        else:
            backup.rename(folder)
    for path in _leftovers(folder):
        throw_away(path)


def stage(folder: Path) -> Path:
    """A new empty folder beside `folder`, to be filled and then given to `replace`."""
    path = folder.parent / f".{folder.name}.new-{secrets.token_hex(8)}"
    path.mkdir()
    return path


def flush(folder: Path) -> None:
    """Have every file and folder below `folder` on the disk before it takes a name people rely on."""
    for place, _, names in os.walk(folder):
        for name in names:
            _sync(Path(place) / name)
        _sync(Path(place))


def _sync(path: Path) -> None:
    if path.is_dir() and sys.platform == "win32":
        return  # folders cannot be opened there; NTFS journals names itself
    # Windows flushes only files open for writing.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):  # not every file system can
            raise
    finally:
        os.close(descriptor)


def replace(new: Path, folder: Path) -> None:
    """Give `new` the name `folder`; what was there is thrown away afterwards. Hold the lock.

    On an OSError the old folder is back in its place and `new` still exists.
    """
    if not folder.exists():
        new.rename(folder)
    elif _exchange(new, folder):
        throw_away(new)  # it is the old folder now
    else:
        backup = _backup_path(folder)
        folder.rename(backup)
        try:
            new.rename(folder)
        except BaseException:
            backup.rename(folder)
            raise
        _discard(folder, backup)
    with contextlib.suppress(OSError):
        _sync(folder.parent)


def throw_away(path: Path) -> None:
    """Remove a staged folder, as far as the system lets us; `recover` removes the rest."""
    shutil.rmtree(path, ignore_errors=True)


def _discard(folder: Path, backup: Path) -> None:
    """Throw the backup away under a name that `recover` never restores: half of it must not come back."""
    doomed = folder.parent / f".{folder.name}.new-{secrets.token_hex(8)}"
    with contextlib.suppress(OSError):
        backup.rename(doomed)
        throw_away(doomed)


def _exchange(new: Path, folder: Path) -> bool:
    """Exchange two folders in one step; False where the system cannot and they must be moved in turn."""
    if sys.platform == "win32":
        return False
    try:
        library = ctypes.CDLL(None, use_errno=True)
        one, two = os.fsencode(new), os.fsencode(folder)
        if sys.platform == "darwin":
            return int(library.renamex_np(one, two, _EXCHANGE)) == 0
        return int(library.renameat2(_AT_FDCWD, one, _AT_FDCWD, two, _EXCHANGE)) == 0
    except (AttributeError, OSError):  # an old C library
        return False
