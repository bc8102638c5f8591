"""Is this machine ready? What `mirlab doctor` finds, told in a notebook."""

from mirlab import cli
from mirlab.lessons.card import Card, Points


def ready() -> Card:
    """Look at all that a class needs: the checks of ``mirlab doctor``.

    Returns
    -------
    Card
        One sentence for each check that fails, with what to do.

    Examples
    --------
    >>> ready().title.startswith("this machine")
    True
    """
    mend = []
    for name, check in cli.DOCTOR.items():
        try:
            check()
        except Exception as error:  # whatever is wrong with the machine, the notebook goes on
            mend.append(f"{name}: {error}")
    looked = f"Looked at: {', '.join(cli.DOCTOR)}."
    if mend:
        return Card("note", "this machine is not ready yet", looked, "To mend:", Points(mend))
    return Card("note", "this machine is ready for the course", looked, "Nothing to mend.")
