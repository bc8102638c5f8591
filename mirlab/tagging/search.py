"""Search by words: find excerpts that have all words with plus and none with minus (lesson 09)."""

import numpy as np

from mirlab.tagging.words import kinds


def columns(names, words):
    """Find the columns of some words.

    Parameters
    ----------
    names : list of str
        The tags.
    words : sequence of str
        Words to find.

    Returns
    -------
    list of int
        Their columns.

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> columns(["drums", "piano", "sad"], ["sad", "piano"])
    [2, 1]
    >>> columns(["drums", "piano", "sad"], ["gloomy"])
    Traceback (most recent call last):
    ValueError: 'gloomy' is not in this vocabulary; choose from its 3, such as drums, piano, sad
    """
    for word in words:
        if word not in names:
            raise ValueError(
                f"{word!r} is not in this vocabulary; choose from its {len(names)}, such as "
                f"{', '.join(names[:3])}"
            )
    return [names.index(word) for word in words]


def fits(y, names, plus, minus=()):
    """Find the excerpts that have all words with plus and none with minus.

    Parameters
    ----------
    y : ndarray of bool, shape (n, tags)
        The tags of each excerpt.
    names : list of str
        The tags.
    plus, minus : sequence of str
        Words with plus and with minus.

    Returns
    -------
    ndarray of bool, shape (n,)

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> y = np.array([[1, 1], [0, 1]], bool)
    >>> fits(y, ["drums", "piano"], ["piano"], ["drums"])
    array([False,  True])
    """
    return y[:, columns(names, plus)].all(axis=1) & ~y[:, columns(names, minus)].any(axis=1)


def query(words, names, plus, minus=()):
    """Add and subtract the vectors of words.

    Parameters
    ----------
    words : ndarray, shape (tags, D)
        From `word_space`.
    names : list of str
        The tags.
    plus, minus : sequence of str
        Words with plus and with minus.

    Returns
    -------
    ndarray, shape (D,)

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> query(np.eye(3), ["drums", "piano", "sad"], ["sad", "piano"], ["drums"])
    array([-1.,  1.,  1.])
    """
    return words[columns(names, plus)].sum(axis=0) - words[columns(names, minus)].sum(axis=0)


def search_space(excerpts, words, names, plus, minus=()):
    """Order excerpts by their angle to a sum of words, in the space of excerpts and words.

    Parameters
    ----------
    excerpts : ndarray, shape (n, D)
        From `word_space`.
    words : ndarray, shape (tags, D)
        From `word_space`.
    names : list of str
        The tags.
    plus, minus : sequence of str
        Words with plus and with minus.

    Returns
    -------
    ndarray, shape (n,) of int
        All rows, nearest first. A ranking cannot say that no excerpt fits.

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> search_space(np.array([[9.0, 9.0], [1.0, 0.0]]), np.eye(2), ["piano", "drums"], ["piano"], ["drums"])
    array([1, 0])
    """
    lengths = np.maximum(np.linalg.norm(excerpts, axis=1), np.finfo(excerpts.dtype).tiny)
    cosine = excerpts @ query(words, names, plus, minus) / lengths  # times the length of the query
    return np.argsort(-cosine, kind="stable")


def search_odds(log_odds, names, plus, minus=()):
    """Order excerpts by the probability that all words with plus apply and none with minus.

    Parameters
    ----------
    log_odds : ndarray, shape (n, tags)
        From `logistic_regression`; tags are treated as independent.
    names, plus, minus
        As for `search_space`.

    Returns
    -------
    ndarray, shape (n,) of int
        All rows, most likely first.

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> search_odds(np.array([[2.0, 2.0], [1.0, -3.0]]), ["piano", "drums"], ["piano"], ["drums"])
    array([1, 0])
    """
    doubt = np.logaddexp(0, -log_odds[:, columns(names, plus)]).sum(axis=1)
    doubt += np.logaddexp(0, log_odds[:, columns(names, minus)]).sum(axis=1)
    return np.argsort(doubt, kind="stable")


def search_list(given, names, plus, minus=()):
    """List the excerpts whose given tags fit, as a catalogue does.

    Parameters
    ----------
    given : ndarray of bool, shape (n, tags)
        The given tags.
    names, plus, minus
        As for `search_space`.

    Returns
    -------
    ndarray of int
        Rows that fit, in their own order; empty if no row fits.

    Raises
    ------
    ValueError
        If a word is not one of the tags.

    Examples
    --------
    >>> search_list(np.array([[1, 1], [0, 1]], bool), ["drums", "piano"], ["piano"], ["drums"])
    array([1])
    """
    return np.flatnonzero(fits(given, names, plus, minus))


def queries(true, names, *, minus=("drums", "vocals"), at_least=5):
    """Return all searches for a mood and an instrument, minus one word, that enough excerpts fit.

    Parameters
    ----------
    true : ndarray of bool, shape (n, tags)
        The true tags of the excerpts to search.
    names : list of str
        The tags.
    minus : sequence of str
        Words to subtract, one at a time.
    at_least : int
        Number of excerpts that must fit.

    Returns
    -------
    list of (plus, minus)
        Two words with plus, one word with minus.

    Examples
    --------
    >>> queries(np.array([[1, 1, 0]] * 5, bool), ["sad", "piano", "drums"], minus=["drums"])
    [(('sad', 'piano'), ('drums',))]
    """
    of = kinds(names)
    return [
        ((names[mood], names[instrument]), (word,))
        for mood in np.flatnonzero(of == "mood")
        for instrument in np.flatnonzero(of == "instrument")
        for word in minus
        if fits(true, names, (names[mood], names[instrument]), (word,)).sum() >= at_least
    ]


def search_precision(search, asked, true, names, *, k=10):
    """Measure what share of the first results of each search fits.

    Parameters
    ----------
    search : callable
        ``search(plus, minus)`` returns rows, best first.
    asked : sequence of (plus, minus)
        Searches, as from `queries`.
    true : ndarray of bool, shape (n, tags)
        The true tags.
    names : list of str
        The tags.
    k : int
        Number of results that are checked; a search may return fewer.

    Returns
    -------
    ndarray, shape (len(asked),)
        NaN where nothing was returned.

    Examples
    --------
    >>> true = np.array([[1, 1], [0, 1]], bool)
    >>> search_precision(lambda plus, minus: [0, 1], [(["piano"], ["drums"])], true, ["drums", "piano"])
    array([0.5])
    """
    shares = []
    for plus, minus in asked:
        first = np.asarray(search(plus, minus), dtype=int)[:k]
        shares.append(fits(true, names, plus, minus)[first].mean() if len(first) else np.nan)
    return np.array(shares)
