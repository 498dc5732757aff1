"""Pack everything an office without internet needs: wheels, start.bat, scenarios, how to begin. Into dist/offline.

    python .ci/wheelhouse.py                                     for this machine's system and Python
    python .ci/wheelhouse.py --platform win_amd64 --python 3.11  for Windows, packed on any system

pip takes the package index that is set up on the machine; none is named here. The versions are those of
requirements.lock.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = Path(__file__).resolve().parent / "offline"
EXTRAS = "power"
WINDOWS = ("tzdata", "colorama")  # pip asks the packing machine, not the other, whether they are needed
SCENARIOS = ("two-firms", "shifan-2022", "dalad-2022")


def main(arguments: Sequence[str] | None = None) -> None:
    """Build the folder and a zip of it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "offline")
    parser.add_argument("--platform", help="win_amd64, manylinux2014_x86_64, …; by default this machine's")
    parser.add_argument("--python", help="3.11, 3.12; by default this Python's")
    options = parser.parse_args(arguments)
    out: Path = options.out
    staged = out.with_name(f".{out.name}.new")
    shutil.rmtree(staged, ignore_errors=True)
    (staged / "wheels").mkdir(parents=True)
    try:
        own = build(staged / "wheels")
        collect(staged / "wheels", own, options.platform, options.python)
        add_files(staged)
        shutil.rmtree(out, ignore_errors=True)
        staged.rename(out)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    packed = shutil.make_archive(str(out), "zip", out.parent, out.name)
    count = len(list((out / "wheels").iterdir()))
    sys.stdout.write(f"{out}: {count} wheels; {packed}: {Path(packed).stat().st_size / 1e6:.0f} MB\n")


def pip(*arguments: str) -> None:
    """Run pip of this Python."""
    subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments], check=True, cwd=ROOT
    )


def build(wheels: Path) -> Path:
    """The wheel of the project itself: it runs on any system."""
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), ".")
    (own,) = wheels.glob("dualcontrol-*.whl")
    return own


def collect(wheels: Path, own: Path, platform: str | None, python: str | None) -> None:
    """The wheels of what it needs, at the versions of the lock."""
    lock = str(ROOT / "requirements.lock")
    more = ["--platform", platform] if platform else []
    more += ["--python-version", python] if python else []
    wanted = f"dualcontrol[{EXTRAS}] @ {own.as_uri()}"
    pip(
        "download", "--quiet", "--only-binary", ":all:", "--dest", str(wheels), "--constraint", lock, *more,
        wanted, "setuptools", *(WINDOWS if (platform or "").startswith("win") else ()),
    )  # fmt: skip


def add_files(folder: Path) -> None:
    """start.bat with the line ends of Windows, what it says in the encoding of a Chinese one, the scenarios."""
    for file in sorted(FILES.iterdir()):
        text = file.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\n", "\r\n")
        # cmd.exe shows files in its own code page: utf-8 would be unreadable there
        encoding = "gbk" if file.suffix == ".txt" else "ascii"
        (folder / file.name).write_bytes(text.encode(encoding))
    for name in SCENARIOS:
        shutil.copytree(ROOT / "scenarios" / name, folder / "scenarios" / name)
    shutil.copy2(ROOT / "LICENSE", folder / "LICENSE")


if __name__ == "__main__":
    main()
