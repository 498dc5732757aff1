"""Turn `pip freeze --all` of a fresh environment (standard input) into requirements.lock (standard output).

Kept: exact versions only. Left out: the project itself, pip, and anything that is not `name==version`.
Added: a marker for packages that exist for one platform or one Python only.
"""

import re
import sys

HEADER = """\
# The exact versions of everything dualcontrol needs (run, test, notebooks, docs, check).
# Made by `make lock`; works with Python 3.11 and 3.12 on Linux and Windows. It names no package index:
# pip takes the one that is set up on the machine.
"""

MARKERS = {
    "pexpect": "sys_platform != 'win32'",
    "ptyprocess": "sys_platform != 'win32'",
    "overrides": "python_version < '3.12'",
}

NOT_LOCKED = {"pip", "wheel", "dualcontrol"}


def canonical(name: str) -> str:
    """Return the name as package indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def lock(freeze: str) -> str:
    """Return the text of the lock for the text of a freeze."""
    pins: dict[str, str] = {}
    for raw in freeze.splitlines():
        match = re.fullmatch(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", raw.strip())
        if match is None or canonical(match[1]) in NOT_LOCKED:
            continue
        name = canonical(match[1])
        marker = MARKERS.get(name)
        pins[name] = f"{name}=={match[2]}" + (f"; {marker}" if marker else "")
    return HEADER + "".join(f"{pins[name]}\n" for name in sorted(pins))


if __name__ == "__main__":
    sys.stdout.write(lock(sys.stdin.read()))
