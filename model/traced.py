"""Numbers that remember how they were made, so that what was computed with one value can be had with another.

A setting is replaced by a `Traced` number and the ordinary code runs with it: accounting, rules, the model. Arithmetic
is written down step by step; whatever asks a question of the number (a comparison, its truth, its value as a plain
float, a hash or a text) gets the plain answer, and the question is written down with it. `Trace.again` repeats
the steps with other values in the same order, so its results are those of the code itself, to the last bit, or
it says which question would have been answered otherwise: then the code has to run anew.
"""

import math
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

Number = int | float | Fraction
_PLAIN = (int, float, Fraction)
_OPEN = object()  # a step that asks nothing


@dataclass(frozen=True)
class _At:
    """The result of an earlier step."""

    step: int


@dataclass(frozen=True)
class Otherwise:
    """A question of the computation has another answer now. place: where it was asked, `file:line`.

    is_read: the plain number itself was taken there, so that every other value is another answer.
    """

    place: str
    is_read: bool


class Trace:
    """The steps of a computation. parameters: name -> value, the numbers it starts from."""

    def __init__(self, parameters: Mapping[str, Number]) -> None:
        self.names = tuple(parameters)
        self._values: list[Any] = []
        self._steps: list[tuple[Callable[..., Any], tuple[Any, ...], Any, str]] = []
        self._known: dict[Any, int] = {}
        self._after: dict[frozenset[int], tuple[int, list[int]]] = {}
        self._start = [self._result(value) for value in parameters.values()]

    def number(self, name: str) -> "Traced":
        """The traced number of a parameter."""
        return self._start[self.names.index(name)]

    def again(self, parameters: Mapping[str, Number]) -> "Sequence[Any] | Otherwise":
        """The results of all steps with other parameters, for `Traced.step`; or the first question answered otherwise.

        A step that cannot be done (a division by nothing) is a question answered otherwise.
        """
        new = [parameters[name] for name in self.names]
        moved = []
        for k, number in enumerate(new):
            if not _is_same(number, self._values[k]):
                if type(number) is not type(self._values[k]):
                    return Otherwise("", is_read=True)
                moved.append(k)
        results = [*new, *self._values[len(new) :]]
        for k in self._following(frozenset(moved)):
            function, arguments, answer, place = self._steps[k]
            try:
                result = function(*[results[a.step] if type(a) is _At else a for a in arguments])
            except (ArithmeticError, ValueError):
                return Otherwise(place, is_read=False)
            if answer is not _OPEN and not _is_same(result, answer):
                return Otherwise(place, is_read=function is _read)
            results[len(new) + k] = result
        return results

    def _following(self, moved: frozenset[int]) -> list[int]:
        """The steps that any of these parameters leads to, in order; the others come out as they did."""
        if moved not in self._after or self._after[moved][0] != len(self._steps):
            reached, steps = set(moved), []
            for k, (_, arguments, _, _) in enumerate(self._steps):
                if any(type(a) is _At and a.step in reached for a in arguments):
                    reached.add(len(self.names) + k)
                    steps.append(k)
            self._after[moved] = (len(self._steps), steps)
        return self._after[moved][1]

    def do(self, function: Callable[..., Any], *arguments: Any) -> "Traced":
        """One more step: a pure function of traced and plain numbers."""
        return self._step(function, arguments, _OPEN)

    def ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The plain answer to a question about traced numbers."""
        plain = [a.value if type(a) is Traced else a for a in arguments]
        answer = function(*plain)
        self._step(function, arguments, answer)
        return answer

    def _step(self, function: Callable[..., Any], arguments: tuple[Any, ...], answer: Any) -> "Traced":
        places = tuple(_At(a.step) if type(a) is Traced else a for a in arguments)
        key = (function, tuple(a if type(a) is _At else (type(a), repr(a)) for a in places))
        if key in self._known:
            step = self._known[key]
            return Traced(self, step, self._values[step])
        plain = [a.value if type(a) is Traced else a for a in arguments]
        result = self._result(function(*plain))
        self._known[key] = result.step
        self._steps.append((function, places, answer, _place()))
        return result

    def _result(self, value: Any) -> "Traced":
        self._values.append(value)
        return Traced(self, len(self._values) - 1, value)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two answers are the same, the sign of a zero included."""
    return (
        type(one) is type(other) and (one == other) and (type(one) is not float or repr(one) == repr(other))
    )


def _read(value: Any) -> Any:
    return value


def _place() -> str:
    """Where in the code that is traced the step was asked for."""
    frame = sys._getframe(2)  # noqa: SLF001 (the documented way to a caller's line)
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _arithmetic(function: Callable[[Any, Any], Any]) -> Any:
    def forward(self: "Traced", other: Any) -> Any:
        if not isinstance(other, (*_PLAIN, Traced)):
            return NotImplemented
        return self.trace.do(function, self, other)

    return forward


def _reflected(function: Callable[[Any, Any], Any]) -> Any:
    def backward(self: "Traced", other: Any) -> Any:
        if not isinstance(other, _PLAIN):
            return NotImplemented
        return self.trace.do(function, other, self)

    return backward


def _comparison(function: Callable[[Any, Any], Any]) -> Any:
    def compare(self: "Traced", other: Any) -> Any:
        if not isinstance(other, (*_PLAIN, Traced)):
            return NotImplemented
        return self.trace.ask(function, self, other)

    return compare


class Traced:
    """A number of a trace: `value` is the plain one, `step` says which result of the trace it is."""

    __array_ufunc__ = None  # numpy leaves arithmetic with it to this class
    __slots__ = ("step", "trace", "value")

    def __init__(self, trace: Trace, step: int, value: Any) -> None:
        """A result of a step; made by `Trace` alone."""
        self.trace, self.step, self.value = trace, step, value

    __add__, __radd__ = _arithmetic(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _arithmetic(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _arithmetic(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _arithmetic(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _arithmetic(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _arithmetic(operator.mod), _reflected(operator.mod)
    __lt__, __le__ = _comparison(operator.lt), _comparison(operator.le)
    __gt__, __ge__ = _comparison(operator.gt), _comparison(operator.ge)
    __eq__, __ne__ = _comparison(operator.eq), _comparison(operator.ne)

    def __neg__(self) -> "Traced":
        return self.trace.do(operator.neg, self)

    def __pos__(self) -> "Traced":
        return self

    def __abs__(self) -> "Traced":
        return self.trace.do(abs, self)

    def __floor__(self) -> "Traced":
        return self.trace.do(math.floor, self)

    def __ceil__(self) -> "Traced":
        return self.trace.do(math.ceil, self)

    def __bool__(self) -> bool:
        return bool(self.trace.ask(bool, self))

    def __float__(self) -> float:
        return float(self.trace.ask(_read, self))

    def __int__(self) -> int:
        return int(self.trace.ask(_read, self))

    def __index__(self) -> int:
        return operator.index(self.trace.ask(_read, self))

    def __hash__(self) -> int:
        if str(sys._getframe(1).f_globals.get("__name__")).startswith("pyomo."):  # noqa: SLF001
            # Pyomo looks a coefficient up among 0 and 1, for simpler terms: two questions, not the number itself
            return next((hash(known) for known in (0, 1) if self == known), id(self.trace))
        return hash(self.trace.ask(_read, self))

    def __repr__(self) -> str:
        return repr(self.trace.ask(_read, self))

    def __str__(self) -> str:
        return str(self.trace.ask(_read, self))

    def __format__(self, spec: str) -> str:
        return format(self.trace.ask(_read, self), spec)

    def __reduce__(self) -> Any:
        raise TypeError("a traced number belongs to its trace and cannot be copied out of it")


def of(function: Callable[..., Any], *arguments: Any) -> Any:
    """function(*arguments), as a step of the trace where one of the arguments is traced; the function must be pure."""
    for one in arguments:
        if type(one) is Traced:
            return one.trace.do(function, *arguments)
    return function(*arguments)


def plain(value: Any) -> Any:
    """The plain number of a traced one, without asking: only to look at, never to compute with."""
    return value.value if type(value) is Traced else value
