"""What a command says when there is no plan or the solver gave none: a sentence, a remedy and the exit code."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from dualcontrol.console import Voice
from dualcontrol.messages import known, say
from dualcontrol.work import INFEASIBLE, SOLVER_ERROR

if TYPE_CHECKING:
    from dualcontrol.infeasible import Infeasible

MOST_NAMED = 12


def tell_infeasible(voice: Voice, error: "Infeasible") -> int:
    """Which limits no plan keeps together; INFEASIBLE."""
    from dualcontrol.infeasible import told

    detail = told(error, voice.lang) or say("error.infeasible_unknown", voice.lang)
    sentence = say("error.infeasible", voice.lang, detail=detail)
    gaps = [asdict(gap) for gap in error.conflict.gaps]
    against = error.conflict.against
    remedy = say("error.infeasible_remedy", voice.lang)
    voice.fail(INFEASIBLE, sentence, remedy, status="infeasible", gaps=gaps, against=against)
    return INFEASIBLE


def tell_solver_error(voice: Voice, error: Exception, **content: Any) -> int:
    """The solver's failure; SOLVER_ERROR."""
    detail = say(f"status.{error}", voice.lang) if known(f"status.{error}") else str(error)
    sentence = say("error.solver", voice.lang, detail=detail)
    remedy = say("error.solver_remedy", voice.lang)
    voice.fail(SOLVER_ERROR, sentence, remedy, status="solver_error", **content)
    return SOLVER_ERROR


def named(names: Sequence[str]) -> str:
    """The first of many names, joined."""
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
