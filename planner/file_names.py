"""Names of files from ids, which are any text: safe on every system, also where letters' case makes no difference."""

import hashlib
import re
from collections.abc import Sequence

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,60}")
_RESERVED = {"con", "prn", "aux", "nul", *(f"com{k}" for k in range(10)), *(f"lpt{k}" for k in range(10))}


def file_names(ids: Sequence[str]) -> dict[str, str]:
    """A name without ending for each id: the id itself where that is safe, else what is safe of it with a hash."""
    folded: dict[str, int] = {}
    for one in ids:
        folded[one.casefold()] = folded.get(one.casefold(), 0) + 1
    return {one: one if _is_safe(one) and folded[one.casefold()] == 1 else _hashed(one) for one in ids}


def _is_safe(text: str) -> bool:
    return bool(_SAFE.fullmatch(text)) and text.casefold() not in _RESERVED


def _hashed(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    left = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_")[:40]
    return f"{left}-{digest}" if left else f"unit-{digest}"
