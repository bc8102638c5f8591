"""Many tags for one excerpt: learning them, judging them, missing ones, and searching by words (§3.3).

Conventions
-----------
A row is an excerpt, a column a tag. Songs are song vectors (`mirlab.evaluate.song_vectors`): all methods
learn from the same ones, standardised with the training excerpts' own mean and deviation. An artist stands in
one fold only (`artist_folds`), and what is judged comes from a model that never heard the excerpt's artist.

Methods
-------
* `tag_frequency` does not listen: every excerpt gets the frequencies of the tags.
* `warp_affinity`: W · V x of §5. In `word_space` excerpts and words are vectors of one space.
* `logistic_regression`: one for each tag, as log-odds.

Scores are judged by `judge` (fold by fold), `tag_auc` (tag by tag, also within groups), and the metrics of
`mirlab.evaluate`. Which tags are *true* is known of the synthetic corpus alone (`true_tags`); those *given*
lack some of them, as listeners' tags do, and `forget` takes more away.
"""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mirlab import corpus, evaluate
from mirlab.errors import DatasetError
from mirlab.warp import WarpEmbedding

EPOCHS = 100
"""Passes of WARP over the song vectors: a thousand excerpts are few, and 20 passes leave it far from done."""

STRENGTH = 0.01
"""C of the logistic regressions: song vectors have as many dimensions as there are excerpts to learn from."""

# EPOCHS and STRENGTH were chosen among a few values on the very folds that are reported: both are flattered.

MEASURES = ("tag_auc", "average_precision", "clip_auc", "precision_at_3")
"""What `judge` measures, under the names of `mirlab.evaluate.TaggingMetrics`."""

_WORDS = {
    "genre": (
        "african, alternative, ambient, baroque, blues, bossa nova, chamber music, children's, classical, "
        "club, country, dance, eastern, electro, electronic, electronica, film music, folk, funk, gospel, "
        "hard rock, heavy metal, hip hop, house, jazz, latin, lounge, metal, new age, nursery rhyme, "
        "opera, orchestral, polyrhythmic, pop, punk, r&b, raga, rap, reggae, rock, salsa, schlager, solo "
        "piano, soul, soundtrack, spoken, story, swing, symphony, talking, techno, trance, volksmusik, "
        "world"
    ),
    "instrument": (
        "accordion, accordion and reeds, acoustic guitar, banjo, bass, bass guitar, bell, bells, brass, "
        "cello, clarinet, clean guitar, distorted guitar, electric bass, electric guitar, electric piano, "
        "electronic sounds, fiddle, flute, glass pad, glockenspiel, guitar, harmonica, harp, harpsichord, "
        "horns, kalimba, keyboard, keys, koto, mallets, mandolin, marimba, nylon guitar, oboe, organ, "
        "pad, pan flute, piano, plucked, sax, saxophone, saw lead, sitar, square lead, string section, "
        "steel drum, strings, sub bass, synth, synth bass, synth pluck, synthesizer, trombone, trumpet, "
        "tuba, upright bass, vibraphone, viola, violin, wind, woodwind, zither"
    ),
    "voice or drums": (
        "beat, brushes, chant, children, children singing, choir, choral, clapping, claves, congas, "
        "cowbell, cymbals, drum machine, drums, female singer, female vocals, frame drum, hand clap, hand "
        "drums, heavy drums, instrumental, male singer, male vocals, man, no beat, no drums, no vocals, "
        "no voice, percussion, rapping, rim shot, shaker, singing, speech, tabla, tambourine, timpani, "
        "vocals, voice, woman"
    ),
    "mood": (
        "aggressive, calm, catchy, cheerful, cool, dark, dramatic, dreamy, driving, elegant, energetic, "
        "epic, festive, fun, happy, hypnotic, meditative, melancholic, mellow, nostalgic, playful, "
        "relaxing, romantic, sad, serious, soulful, spacey, urban"
    ),
}

KINDS = {kind: text.split(", ") for kind, text in _WORDS.items()}
"""Tags that name a genre, an instrument, a voice or drums, or a mood.

"Loud" is a mood to some and a measure to others; here it is neither, nor are tempo and brightness."""

OTHER = "other"
"""The kind of a tag that `KINDS` does not list: tempo, mode, loudness, recording."""


def kinds(names):
    """Say of each tag of what kind it is.

    Parameters
    ----------
    names : sequence of str
        Tags.

    Returns
    -------
    ndarray of str, shape (len(names),)
        A key of `KINDS`, or `OTHER`.

    Examples
    --------
    >>> kinds(["jazz", "piano", "drums", "sad", "slow"]).tolist()
    ['genre', 'instrument', 'voice or drums', 'mood', 'other']
    """
    of = {tag: kind for kind, tags in KINDS.items() for tag in tags}
    return np.array([of.get(name, OTHER) for name in names])


def true_tags(data, rows=None, *, scale="lesson", seed=0):
    """Look up which tags truly apply; for the synthetic tag set only.

    Parameters
    ----------
    data : mirlab.datasets.Dataset
        Synthetic excerpts.
    rows : sequence of int, optional
        Which of them; by default all. Each is composed anew, which takes some milliseconds.
    scale : {"lesson", "paper"}
        Size of the set.
    seed : int
        Seed of the corpus.

    Returns
    -------
    ndarray of bool, shape (len(rows), tags)
        In the order of `data.label_names`.

    Raises
    ------
    DatasetError
        If the set is not synthetic, or has other excerpts than this scale.

    Examples
    --------
    >>> from mirlab import datasets
    >>> data = datasets.load("magnatagatune-synth")
    >>> true = true_tags(data, [0, 1])
    >>> bool((data.y[:2] <= true).all())
    True
    """
    if not data.synthetic:
        raise DatasetError(f"{data.name!r}: nobody knows which tags are true of real music; use a -synth set")
    plan = {excerpt.id: excerpt for excerpt in corpus.plan(data.name.removesuffix("-synth"), scale, seed)}
    ids = [data.track_ids[i] for i in (range(len(data)) if rows is None else rows)]
    if missing := [name for name in ids if name not in plan]:
        raise DatasetError(f"{data.name!r} has no excerpt {missing[0]!r} at scale {scale!r}")
    found = [plan[name].true_tags() for name in ids]
    return np.array([[tag in tags for tag in data.label_names] for tags in found], dtype=bool)


def forget(y, share, random_state=0):
    """Take away a share of the tags, as if listeners had not written them.

    Parameters
    ----------
    y : ndarray of bool, shape (n, tags)
        The tags each excerpt has.
    share : float, 0 to 1
        Chance of each tag to be forgotten.
    random_state : int
        Seed. With the same one, what a small share forgets is forgotten by a larger one too.

    Returns
    -------
    ndarray of bool, shape (n, tags)
        A part of `y`.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1.

    Examples
    --------
    >>> int(forget(np.ones((100, 10), bool), 0.3).sum())
    723
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share={share!r}; it must be between 0 and 1")
    y = np.asarray(y, dtype=bool)
    return y & (np.random.default_rng(random_state).random(y.shape) >= share)


# --- learning ---------------------------------------------------------------------------------------


def artist_folds(groups, *, n_splits=3, random_state=0):
    """Deal artists out to folds.

    Tags need no stratification, which does not exist for many labels at once.

    Parameters
    ----------
    groups : array-like, shape (n,)
        The artist of each excerpt.
    n_splits : int
        Number of folds, each with about as many artists.
    random_state : int
        Seed.

    Returns
    -------
    ndarray, shape (n,) of int
        The fold, 0 to n_splits - 1, that tests each excerpt.

    Raises
    ------
    ValueError
        If there are fewer artists than folds.

    Examples
    --------
    >>> fold = artist_folds([5, 5, 6, 6, 7, 7], n_splits=3)
    >>> bool((fold[::2] == fold[1::2]).all()), sorted(set(fold.tolist()))
    (True, [0, 1, 2])
    """
    groups = np.asarray(groups)
    fold = np.empty(len(groups), dtype=int)
    dealt = GroupKFold(n_splits, shuffle=True, random_state=random_state)
    for number, (_, test) in enumerate(dealt.split(groups, groups=groups)):
        fold[test] = number
    return fold


def tag_frequency(songs, y, others, *, random_state=0):
    """Score by how frequent a tag is, whatever there is to hear.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`; only `y` matters, and of `others` how many they are.

    Returns
    -------
    ndarray, shape (m, tags)
        Log-odds of each tag, every row the same.

    Examples
    --------
    >>> tag_frequency(np.zeros((3, 1)), [[1, 0], [1, 1], [1, 0]], np.zeros((1, 1))).round(2)
    array([[ 1.39, -0.41]])
    """
    share = (np.sum(y, axis=0) + 1) / (len(y) + 2)  # of Laplace: no tag is certain, none impossible
    return np.tile(np.log(share / (1 - share)), (len(others), 1))


def word_space(songs, y, others, *, random_state=0):
    """Learn a space of excerpts and words by WARP, and place other excerpts in it.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`.

    Returns
    -------
    excerpts : ndarray, shape (m, D)
        Where the others lie: V x.
    words : ndarray, shape (tags, D)
        W.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> excerpts, words = word_space(songs, np.c_[songs[:, 0] > 0, songs[:, 0] <= 0], songs[:3])
    >>> excerpts.shape, words.shape
    ((3, 100), (2, 100))
    """
    model = WarpEmbedding(standardize=True, n_epochs=EPOCHS, random_state=random_state).fit(songs, y)
    return model.transform(others), model.label_embeddings_[0]


def warp_affinity(songs, y, others, *, random_state=0):
    """Learn tags by WARP, and score other excerpts by their affinities (§5).

    Parameters
    ----------
    songs : ndarray, shape (n, p)
        Song vectors to learn from.
    y : ndarray of bool, shape (n, tags)
        Their tags.
    others : ndarray, shape (m, p)
        Song vectors to score.
    random_state : int
        Seed of the training.

    Returns
    -------
    ndarray, shape (m, tags)
        Affinities. They rank; they are no log-odds, and 0 means nothing.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> y = np.c_[songs[:, 0] > 0, songs[:, 0] <= 0]
    >>> warp_affinity(songs, y, [[3.0, 0, 0, 0], [-3.0, 0, 0, 0]]).argmax(axis=1)
    array([0, 1])
    """
    excerpts, words = word_space(songs, y, others, random_state=random_state)
    return excerpts @ words.T


def logistic_regression(songs, y, others, *, random_state=0):
    """Learn each tag by a logistic regression of its own.

    Parameters
    ----------
    songs, y, others, random_state
        As for `warp_affinity`; nothing is drawn.

    Returns
    -------
    ndarray, shape (m, tags)
        Log-odds: above 0, the tag is held to be likelier than not. A tag that none or all of the excerpts to
        learn from have gets the log-odds of its frequency.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> songs = rng.normal(size=(50, 4))
    >>> y = np.c_[songs[:, 0] > 0, songs[:, 0] <= 0]
    >>> logistic_regression(songs, y, [[3.0, 0, 0, 0], [-3.0, 0, 0, 0]]).argmax(axis=1)
    array([0, 1])
    """
    y = np.asarray(y, dtype=bool)
    scaler = StandardScaler().fit(songs)
    X, Z = (scaler.transform(part).astype(np.float32) for part in (songs, others))
    scores = tag_frequency(songs, y, others)
    with threadpool_limits(limits=1):  # on problems as small as one tag's, threads wait more than they work
        for tag in np.flatnonzero(y.any(axis=0) & ~y.all(axis=0)):
            # The loose tolerance halves the time and, as stopping early does, helps a little.
            model = LogisticRegression(C=STRENGTH, tol=0.01, max_iter=500).fit(X, y[:, tag])
            scores[:, tag] = model.decision_function(Z)
    return scores


METHODS = {
    "tag frequency": tag_frequency,
    "WARP": warp_affinity,
    "logistic regression": logistic_regression,
}
"""The three methods: ``method(songs, y, others, random_state=…)`` returns scores of the others."""


def annotate(method, songs, y, fold, *, random_state=0, progress=None):
    """Score every excerpt by a model that was learned on the other folds.

    Parameters
    ----------
    method : callable
        One of `METHODS`, or any that is called as they are.
    songs : ndarray, shape (n, p)
        Song vectors.
    y : ndarray of bool, shape (n, tags)
        The tags that were given.
    fold : ndarray, shape (n,) of int
        From `artist_folds`.
    random_state : int
        Passed on to the method.
    progress : callable, optional
        Called without arguments after each fold.

    Returns
    -------
    ndarray, shape (n, tags)
        Scores. Those of different folds come from different models, so compare within a fold only.

    Examples
    --------
    >>> y = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], bool)
    >>> annotate(tag_frequency, np.zeros((4, 1)), y, np.array([0, 0, 1, 1])).round(2)[[0, 2]]
    array([[0. , 0. ],
           [1.1, 0. ]])
    """
    y, fold = np.asarray(y, dtype=bool), np.asarray(fold)
    scores = np.empty(y.shape)
    for number in np.unique(fold):
        test = fold == number
        scores[test] = method(songs[~test], y[~test], songs[test], random_state=random_state)
        if progress is not None:
            progress()
    return scores


# --- judging ----------------------------------------------------------------------------------------


def judge(scores, y, fold):
    """Measure annotation in each fold (§3.3).

    Parameters
    ----------
    scores : ndarray, shape (n, tags)
        From `annotate`.
    y : ndarray of bool, shape (n, tags)
        The tags to judge by, given or true.
    fold : ndarray, shape (n,) of int
        The folds of `annotate`.

    Returns
    -------
    pandas.DataFrame
        One row a fold, one column for each of `MEASURES`, and ``tags``: how many were scored. A tag that the
        other folds have not, or that all or none of the fold's excerpts have, is left out.

    Raises
    ------
    ValueError
        If shapes differ, or nothing can be scored.

    Examples
    --------
    >>> y = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]] * 2, bool)
    >>> judge(y.astype(float), y, np.repeat([0, 1], 3))
       tag_auc  average_precision  clip_auc  precision_at_3  tags
    0      1.0                1.0       1.0        0.333333     3
    1      1.0                1.0       1.0        0.333333     3
    """
    scores, y, fold = np.asarray(scores), np.asarray(y, dtype=bool), np.asarray(fold)
    rows = []
    for number in np.unique(fold):
        test = fold == number
        learned = y[~test].any(axis=0)
        found = evaluate.tagging_metrics(scores[test][:, learned], y[test][:, learned])
        summary = found.summary()
        rows.append({name: summary[name] for name in MEASURES} | {"tags": len(found.tags)})
    return pd.DataFrame(rows, index=np.unique(fold))


def tag_auc(scores, y, groups=None):
    """Measure the AUC of each tag over pairs of excerpts of the same group.

    Grouped by fold, it compares only what one model has scored. Grouped by style, it asks whether a tag is
    heard, or guessed from the style.

    Parameters
    ----------
    scores : ndarray, shape (n, tags)
        How strongly each tag is believed of each excerpt.
    y : ndarray of bool, shape (n, tags)
        The tags each excerpt has.
    groups : array-like, shape (n,), optional
        By default all excerpts are one group.

    Returns
    -------
    ndarray, shape (tags,)
        Share of the pairs (with the tag, without it) in the right order, ties counting half; NaN for a tag
        without a pair.

    Raises
    ------
    ValueError
        If shapes differ.

    Examples
    --------
    >>> y = np.array([[1], [0], [1], [0]], bool)
    >>> scores = np.array([[0.9], [0.8], [0.2], [0.1]])
    >>> tag_auc(scores, y), tag_auc(scores, y, groups=["rock", "rock", "folk", "folk"])
    (array([0.75]), array([1.]))
    """
    scores, y = np.asarray(scores, dtype=float), np.asarray(y, dtype=bool)
    groups = np.zeros(len(y), int) if groups is None else np.asarray(groups)
    if scores.shape != y.shape or y.ndim != 2 or len(groups) != len(y):
        raise ValueError(
            f"scores has shape {scores.shape}, y {y.shape} and groups {groups.shape}; "
            "they must be (n, tags), (n, tags) and (n,)"
        )
    right, pairs = np.zeros(y.shape[1]), np.zeros(y.shape[1])
    for group in np.unique(groups):
        mine = groups == group
        with_tag = y[mine].sum(axis=0)
        ranks = stats.rankdata(scores[mine], axis=0)
        right += (ranks * y[mine]).sum(axis=0) - with_tag * (with_tag + 1) / 2  # Mann and Whitney's U
        pairs += with_tag * (mine.sum() - with_tag)
    return np.divide(right, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def missing_labels(songs, y, true, held, *, shares, known, random_state=0, progress=None):
    """Learn from fewer and fewer of the given tags; judge by the true ones, and by what a listener still has.

    Parameters
    ----------
    songs : ndarray, shape (n, p)
        Song vectors.
    y : ndarray of bool, shape (n, tags)
        The tags that were given.
    true : ndarray of bool, shape (m, tags)
        The true tags of the excerpts held out.
    held : ndarray of bool, shape (n,)
        Which these m excerpts are.
    shares : sequence of float
        Shares of the given tags that are forgotten, besides none.
    known : dict of str to ndarray, shape (m, tags)
        For some of `METHODS`, the scores of the excerpts held out that all given tags led to.
    random_state : int
        Seed of training and forgetting.
    progress : callable, optional
        Called without arguments after each training.

    Returns
    -------
    pandas.DataFrame
        One row for none and each share, each method and ``judged by`` ("true tags" or "tags left"):
        ``missing``, the share of the true tags that the excerpts held out lack; ``tag_auc`` and
        ``precision_at_3`` with their standard errors over tags and clips, ``…_error``; and ``declared``, how
        many tags an excerpt logistic regression holds to be likelier than not (NaN for the others).
    """
    y, true, held = (np.asarray(part, dtype=bool) for part in (y, true, held))
    rows = []
    for share in (0, *shares):
        left = forget(y, share, random_state)
        some = left[~held].any(axis=0)  # a tag that nobody has any more cannot be learned
        for name, scores in known.items():
            if share:
                scores = METHODS[name](songs[~held], left[~held], songs[held], random_state=random_state)
                if progress is not None:
                    progress()
            about = {"missing": 1 - left[held].sum() / true.sum(), "method": name}
            odds = name == "logistic regression"
            about["declared"] = (scores > 0).sum(axis=1).mean() if odds else np.nan
            for by, judged in {"true tags": true, "tags left": left[held]}.items():
                found = evaluate.tagging_metrics(scores[:, some], judged[:, some])
                row = about | {"judged by": by}
                for measure in ("tag_auc", "precision_at_3"):
                    values = getattr(found, measure)
                    row |= {measure: values.mean(), f"{measure}_error": evaluate.standard_error(values)}
                rows.append(row)
    return pd.DataFrame(rows)


# --- search by words --------------------------------------------------------------------------------


def columns(names, words):
    """Find words among the tags.

    Parameters
    ----------
    names : list of str
        The tags.
    words : sequence of str
        Words that are sought.

    Returns
    -------
    list of int
        Their columns.

    Raises
    ------
    ValueError
        If a word is no tag.

    Examples
    --------
    >>> columns(["drums", "piano", "sad"], ["sad", "piano"])
    [2, 1]
    >>> columns(["drums", "piano", "sad"], ["gloomy"])
    Traceback (most recent call last):
    ValueError: 'gloomy' is no tag of this vocabulary; choose among its 3, such as drums, piano, sad
    """
    for word in words:
        if word not in names:
            raise ValueError(
                f"{word!r} is no tag of this vocabulary; choose among its {len(names)}, such as "
                f"{', '.join(names[:3])}"
            )
    return [names.index(word) for word in words]


def fits(y, names, plus, minus=()):
    """Say which excerpts have all words that are added and none that is subtracted.

    Parameters
    ----------
    y : ndarray of bool, shape (n, tags)
        The tags each excerpt has.
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
        If a word is no tag.

    Examples
    --------
    >>> y = np.array([[1, 1], [0, 1]], bool)
    >>> fits(y, ["drums", "piano"], ["piano"], ["drums"])
    array([False,  True])
    """
    return y[:, columns(names, plus)].all(axis=1) & ~y[:, columns(names, minus)].any(axis=1)


def query(words, names, plus, minus=()):
    """Add and subtract words as the vectors they are.

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
        If a word is no tag.

    Examples
    --------
    >>> query(np.eye(3), ["drums", "piano", "sad"], ["sad", "piano"], ["drums"])
    array([-1.,  1.,  1.])
    """
    return words[columns(names, plus)].sum(axis=0) - words[columns(names, minus)].sum(axis=0)


def search_space(excerpts, words, names, plus, minus=()):
    """Order excerpts by their angle to words added and subtracted, in a space of both.

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
        Rows, nearest first. A ranking leaves nothing out: that none fits, it cannot say.

    Raises
    ------
    ValueError
        If a word is no tag.

    Examples
    --------
    >>> search_space(np.array([[9.0, 9.0], [1.0, 0.0]]), np.eye(2), ["piano", "drums"], ["piano"], ["drums"])
    array([1, 0])
    """
    lengths = np.maximum(np.linalg.norm(excerpts, axis=1), np.finfo(excerpts.dtype).tiny)
    cosine = excerpts @ query(words, names, plus, minus) / lengths  # but for the query's own length
    return np.argsort(-cosine, kind="stable")


def search_odds(log_odds, names, plus, minus=()):
    """Order excerpts by the probability that all words with plus apply and none with minus.

    Parameters
    ----------
    log_odds : ndarray, shape (n, tags)
        From `logistic_regression`; tags are taken to be independent.
    names, plus, minus
        As for `search_space`.

    Returns
    -------
    ndarray, shape (n,) of int
        Rows, likeliest first.

    Raises
    ------
    ValueError
        If a word is no tag.

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
        The tags that were given.
    names, plus, minus
        As for `search_space`.

    Returns
    -------
    ndarray of int
        Rows that fit, in their own order; none, if none does.

    Raises
    ------
    ValueError
        If a word is no tag.

    Examples
    --------
    >>> search_list(np.array([[1, 1], [0, 1]], bool), ["drums", "piano"], ["piano"], ["drums"])
    array([1])
    """
    return np.flatnonzero(fits(given, names, plus, minus))


def queries(true, names, *, minus=("drums", "vocals"), at_least=5):
    """Return every search for a mood and an instrument, less one thing, that can be answered.

    Parameters
    ----------
    true : ndarray of bool, shape (n, tags)
        The true tags of the excerpts that are searched.
    names : list of str
        The tags.
    minus : sequence of str
        Words to subtract, one at a time.
    at_least : int
        Excerpts that must fit.

    Returns
    -------
    list of (plus, minus)
        Words with plus, two, and with minus, one.

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
    """Measure which share of what a search puts first does fit.

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
        How many of the rows are looked at; a search may return fewer.

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
    found = []
    for plus, minus in asked:
        first = np.asarray(search(plus, minus), dtype=int)[:k]
        found.append(fits(true, names, plus, minus)[first].mean() if len(first) else np.nan)
    return np.array(found)
