"""The report of `mirlab.paper.listening`, arranged for pictures: values with half their 95 % intervals."""

import numpy as np

from mirlab.paper.inference import over_folds

CHANCE = {"genre": 0.1, "brightness": 1 / 3, "loudness": 1 / 3, "tempo": 1 / 3}
"""The accuracy of guessing in each task."""

NAMES = {
    "base": "base (mel)",
    "mfcc": "MFCC",
    "tag": "V (tag embedding)",
    "untrained": "untrained network",
}
"""What kinds of features are called in pictures; networks keep their names."""


def layer_panels(report, domain):
    """Arrange what was read from each layer.

    Parameters
    ----------
    report : dict
        ``kept("listening")``, from `mirlab.paper.kept`.
    domain : {"real", "synthetic"}
        Which clips.

    Returns
    -------
    layers : list of str
        From input to output.
    panels : dict of str to dict of str to (values, reaches)
        For each task, the trained and the untrained network, as `mirlab.plots.by_layer` takes them.
    """
    rows = [row for row in report["layers"] if row["domain"] == domain]
    panels = {}
    for row in rows:
        network = "untrained" if row["network"] == "untrained" else "trained"
        values, reaches = panels.setdefault(row["task"], {}).setdefault(network, ([], []))
        values.append(row["value"])
        reaches.append(row["reach"])
    return list(dict.fromkeys(row["layer"] for row in rows)), panels


def feature_panels(report, kinds, *, songs=(1, 5, 9)):
    """Arrange the accuracy of a new last layer, on real and on synthetic clips.

    Parameters
    ----------
    report : dict
        As for `layer_panels`.
    kinds : sequence of str
        Which features.
    songs : sequence of int
        Training songs per genre: some of 1, 5 and 9.

    Returns
    -------
    dict of str to dict of str to dict of str to (value, reach)
        By songs per genre, features and domain, as `mirlab.plots.dot_rows` takes them.
    """
    found = {
        (r["per_class"], r["features"], r["domain"]): (r["value"], r["reach"]) for r in report["features"]
    }
    return {
        f"{k} song{'s' if k > 1 else ''} per genre": {
            NAMES.get(kind, kind): {domain: found[k, kind, domain] for domain in ("real", "synthetic")}
            for kind in kinds
        }
        for k in songs
    }


def tag_panels(report, networks=("msd_musicnn", "untrained")):
    """Arrange the AUC of genre tags without any training, on real and on synthetic clips.

    Parameters
    ----------
    report : dict
        As for `layer_panels`.
    networks : sequence of str
        One panel for each.

    Returns
    -------
    dict of str to dict of str to dict of str to (value, 0)
        As `mirlab.plots.dot_rows` takes them.
    """
    panels = {NAMES.get(network, network): {} for network in networks}
    for row in report["zero_shot"]:
        if row["network"] in networks:
            name = NAMES.get(row["network"], row["network"])
            panels[name].setdefault(row["genre"], {})[row["domain"]] = (row["auc"], 0)
    return panels


def mistake_panels(report):
    """Arrange what wrong front ends cost.

    Parameters
    ----------
    report : dict
        As for `layer_panels`.

    Returns
    -------
    dict of str to dict of str to dict of str to (value, reach)
        As `mirlab.plots.dot_rows` takes them.
    """
    when = ("in use", "in training too")
    rows = {row["step"]: row for row in report["front_end"]}
    return {
        "accuracy of genres, new last layer": {
            step: {f"wrong {w}": (row[w]["value"], row[w]["reach"]) for w in when}
            for step, row in rows.items()
        },
        "share of clips with the same first tag": {
            step: {"wrong in use": (row["same_first_tag"], 0)} for step, row in rows.items()
        },
    }


def gain(report, kind, control, domain, songs=9):
    """Compare two kinds of features of the report in pairs, fold by fold.

    Parameters
    ----------
    report : dict
        As for `layer_panels`.
    kind, control : str
        The kinds of features.
    domain : {"real", "synthetic"}
        Which clips.
    songs : {1, 5, 9}
        Training songs per genre.

    Returns
    -------
    mirlab.paper.inference.Estimate
        Of the accuracy of `kind` minus that of `control`.
    """
    scores = {
        row["features"]: row["scores"]
        for row in report["features"]
        if (row["domain"], row["per_class"]) == (domain, songs)
    }
    return over_folds(np.subtract(scores[kind], scores[control]))
