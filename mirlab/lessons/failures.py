"""Say in plain words why a learner's function failed, and show at which of the learner's lines."""

import linecache
import traceback

from mirlab.show.cards import Code


def explain(error: BaseException) -> str:
    """Say what a Python error means and what to look for; an empty text for an error that says so itself.

    Examples
    --------
    >>> explain(NameError("name 'lenght' is not defined", name="lenght"))
    '`lenght` is not defined. Is it spelled right? If another cell defines it, run that cell first.'
    """
    match error:
        case UnboundLocalError():
            return "A variable is used before it gets a value. Give it a first value above that line."
        case NameError():
            name = f"`{error.name}`" if error.name else "A name"
            advice = "Is it spelled right? If another cell defines it, run that cell first."
            return f"{name} is not defined. {advice}"
        case RecursionError():
            return "The function calls itself without end. It needs a case in which it does not call itself."
        case ZeroDivisionError():
            return "The function divides by zero on this input. What should the result be here?"
        case IndexError():
            return "The function asks for a place that this input does not have. Look at its length."
        case KeyError():
            return f"The dictionary has no key {error}. Look at the keys that it has."
        case ValueError() if "broadcast" in str(error) or "shape" in str(error) or "matmul" in str(error):
            return "The shapes of two arrays do not fit together. Print `.shape` of each in the line below."
        case SystemExit():
            return "The function ends Python. Use `return` to end a function."
        case MemoryError():
            return "The function needs more memory than there is. Does a list or an array grow without end?"
    return ""


def learners_lines(error: BaseException, answer) -> Code:
    """Show the error at the learner's lines, which have the namespace of the learner's function.

    Parameters
    ----------
    error : BaseException
        What the function raised.
    answer : callable
        The function.

    Returns
    -------
    Code
        One entry for each line, without lines of libraries, and the error.
    """
    notebook = getattr(answer, "__globals__", None)
    steps = {}  # one for each line: a comprehension shares the line of its function, a recursion repeats it
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_globals is notebook:
            steps.setdefault((frame.f_code.co_filename, line), frame.f_code.co_name)
    lines = [
        f"line {line}, in {name}:\n    {linecache.getline(file, line).strip()}"
        for (file, line), name in steps.items()
    ]
    return Code("\n".join([*lines, "".join(traceback.format_exception_only(error)).strip()]))
