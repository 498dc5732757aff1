"""The network's result tables as files: `power/*.parquet`, `power/assets.csv`, `green.csv`, and their digest."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from dualcontrol.output_columns import documented
from dualcontrol.tables import plain_text

if TYPE_CHECKING:
    import pandas as pd

FILES = {
    "dispatch": "power/dispatch.parquet",
    "prices": "power/prices.parquet",
    "assets": "power/assets.csv",
    "green": "green.csv",
}
FOLDER = "power"


def power_files(tables: Mapping[str, "pd.DataFrame"]) -> Iterator[tuple[str, bytes]]:
    """Path in the result folder and content of each table; nothing for a plan without a network."""
    for name, frame in tables.items():
        path = FILES[name]
        documented(path.rpartition(".")[0], frame.columns)
        if path.endswith(".parquet"):
            buffer = io.BytesIO()
            frame.to_parquet(buffer, index=False)
            yield path, buffer.getvalue()
        else:
            safe = frame.map(lambda value: plain_text(value) if isinstance(value, str) else value)
            yield path, safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def power_digest(tables: Mapping[str, "pd.DataFrame"]) -> bytes:
    """sha256 over the network's tables: the same digest, the same dispatch.

    CSV tables by their bytes, hourly ones by their columns: all of it can be read back from a result folder.
    """
    digest = hashlib.sha256()
    texts = {path: content for path, content in power_files(tables) if path.endswith(".csv")}
    for name in sorted(tables):
        if FILES[name] in texts:
            digest.update(f"{name}\0".encode() + texts[FILES[name]])
            continue
        for column in tables[name].columns:
            digest.update(f"{name}.{column}\0".encode())
            values = tables[name][column]
            if values.dtype.kind in "iuf":
                digest.update(values.to_numpy().tobytes())
            else:
                digest.update("\0".join(str(value) for value in values).encode())
    return digest.digest()
