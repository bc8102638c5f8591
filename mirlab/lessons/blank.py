"""`TODO`: the placeholder for an answer, and how it is recognised."""

import inspect
from collections.abc import Mapping

import numpy as np

from mirlab.lessons.compare import brief


class Blank:
    """The placeholder for an answer.

    Every operation on it returns it, so that a notebook with unsolved exercises runs to its end.

    Examples
    --------
    >>> TODO + 1, TODO.mean(axis=0)[3], f"{100 * TODO:.1f} %"
    (TODO, TODO, 'TODO %')
    """

    def __repr__(self) -> str:
        return "TODO"

    def __format__(self, spec: str) -> str:
        return "TODO"

    def __getattr__(self, name: str):
        if name.startswith("_"):  # Python, IPython and NumPy look up protocols; it has none
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())

    def __bool__(self) -> bool:
        return False

    def _same(self, *args, **kwargs):
        return self

    __call__ = __getitem__ = __neg__ = __pos__ = __abs__ = __invert__ = __round__ = _same
    __add__ = __sub__ = __mul__ = __truediv__ = __floordiv__ = __mod__ = __pow__ = __matmul__ = _same
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rfloordiv__ = __rmod__ = __rpow__ = __rmatmul__ = _same
    __lt__ = __le__ = __gt__ = __ge__ = _same
    __array_ufunc__ = __array_function__ = _same  # np.sqrt(TODO), array * TODO, np.concatenate([TODO, array])


TODO = Blank()
"""Write your answer in its place."""


def blanks_in(answer) -> str | None:
    """Name the parts of an answer that are still TODO.

    Parameters
    ----------
    answer : object
        A value, a container of values, or a function.

    Returns
    -------
    str or None
        The keys or positions that are still TODO; empty if the whole answer is TODO, or a function without a
        body; None if nothing is TODO.

    Examples
    --------
    >>> blanks_in({"a": "jazz", "b": TODO}), blanks_in(TODO), blanks_in("jazz")
    ("'b'", '', None)
    """
    if isinstance(answer, Blank) or has_no_body(answer):
        return ""
    if isinstance(answer, np.ndarray) and answer.dtype == object:
        return blanks_in(answer.tolist())
    if isinstance(answer, Mapping):
        items = answer.items()
    elif isinstance(answer, list | tuple):
        items = enumerate(answer)
    else:
        return None
    return ", ".join(brief(key) for key, value in items if blanks_in(value) is not None) or None


def mentions_todo(answer) -> bool:
    """Return whether a function has a TODO in its body; if it fails, the learner has not finished it.

    Examples
    --------
    >>> mentions_todo(lambda x: x + TODO), mentions_todo(lambda x: x + 1), mentions_todo(3)
    (True, False, False)
    """

    def mentions(code) -> bool:
        inner = (constant for constant in code.co_consts if inspect.iscode(constant))
        return "TODO" in code.co_names or any(map(mentions, inner))

    return hasattr(answer, "__code__") and mentions(answer.__code__)


def has_no_body(answer) -> bool:
    """Return whether a function is only ``...``, ``pass`` or a docstring: all compile to the same bytes."""
    code = getattr(answer, "__code__", None)
    return (
        inspect.iscode(code)
        and code.co_code in {_nothing.__code__.co_code, _only_a_docstring.__code__.co_code}
        and set(code.co_consts) <= {None, answer.__doc__}  # else it returns a constant
    )


def _nothing(): ...


def _only_a_docstring():
    """Nothing but this line."""
