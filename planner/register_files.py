"""A file that is written whole or not at all."""

import contextlib
import secrets
from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever finds half of it; an earlier one is replaced. OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{path.name}.new-{secrets.token_hex(4)}")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            staged.unlink()
        raise
