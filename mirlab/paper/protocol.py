"""The constants of the protocol, which was fixed before it was run.

* *Embeddings* are learned on frames of the source sets only, standardised with the mean and the standard
  deviation of the sources. Nothing of the target set is used, not even a mean. The genre embedding of a
  target is learned on the other genre sets, the tag embedding on the tag set, the joint one on all genre
  sets.
* *Classification*: ten folds by song, as in the paper; windows, linear regression, average over the song.
* *Similarity*: L1 distance between the mean windows of songs, precision at 10.
* *Semantic recovery*, which the paper could not measure, needs the true overlap of labels. It is known only
  for the synthetic corpus. For real sets it is estimated from the names of the labels.
* *Real sets* are also split by artist if artists are known, and as others have published.
"""

from mirlab import networks, paths

GENRE_SETS = ("artists1517", "gtzan", "homburg", "unique")
TAG_SET = "magnatagatune"
FEATURES = ("base", "genre", "tag")
"""The kinds of features that the paper compares (§4, §5)."""

KINDS = (*FEATURES, "mfcc", *networks.NAMES)
"""All kinds of features: also 20 MFCCs, and the embeddings of pretrained networks, patch by patch."""

EXPERIMENTS = ("table3", "table4", "table5", "figure3")

PER_CLASS = (1, 2, 5, 10, 20)
"""Training songs per label in Figure 3."""

EPOCHS = 20
SAMPLES = {"lesson": 100_000, "paper": 500_000}
"""Frames seen in an epoch. The paper does not say how long it trained."""

SEEDS = (0, 1, 2, 3, 4)
"""Seeds of the kept reports and of the open questions."""

RESULTS = paths.COURSE / "data" / "results"
"""Folder of precomputed reports."""
