"""A network from somebody else's file, with what the file holds beyond `Network` and what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dualcontrol.model.power.costs import Curve
from dualcontrol.model.power.network import Floats, Network, Series

Label = tuple[str, Any]
SHOWN = 12  # names listed in a remark


@dataclass(frozen=True)
class Finding:
    """A fault of a file or a remark about it: a message id, where, and what."""

    rule: str
    place: str = ""
    detail: str = ""


class CaseError(Exception):
    """A file that cannot be used. `findings` are all the faults found."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{f.place}: {f.rule} {f.detail}" for f in findings))


@dataclass(frozen=True)
class Total:
    """A limit on a total over all hours: sum of coefficient times column within [lower, upper].

    hourly: (variable, index) of the hour's model -> coefficient, one or one per hour (T,). builds: build id
    -> coefficient.
    """

    name: str
    hourly: Mapping[Label, Floats | float]
    builds: Mapping[str, float]
    lower: float
    upper: float


@dataclass(frozen=True)
class Case:
    """A network to be solved alone.

    curves: generator id -> convex cost curve that the network's own costs leave out. constant: added to the
    objective. notes: what the file holds that is not modelled, or modelled otherwise.
    """

    name: str
    network: Network
    series: Series
    curves: Mapping[str, Curve] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    constant: float = 0.0
    notes: tuple[Finding, ...] = ()


def names(elements: Sequence[str]) -> str:
    """Names for a remark: the first dozen, then how many more."""
    more = f" … (+{len(elements) - SHOWN})" if len(elements) > SHOWN else ""
    return ", ".join(elements[:SHOWN]) + more
