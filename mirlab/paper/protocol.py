"""The protocol of every kept figure, and its constants. It was fixed before it was run, but for two points.

* *Embeddings* are learned on frames of the source sets only, standardised with the mean and the standard
  deviation of the sources. Nothing of the target set is used, not even a mean. The genre embedding of a
  target is learned on the other genre sets, the tag embedding on the tag set, the joint one on all genre
  sets.
* *Controls* stand beside them, each made without a label: MFCCs; `random`, a map of standardised frames to as
  many dimensions as V has, drawn at random; `rotation`, a random rotation of standardised frames, which loses
  nothing; `whitened`, base features on the principal axes of the tag set's windows, scaled to variance 1; and
  pretrained networks. A claim about an embedding must hold against all of them.
* *Classification*: ten folds by song, as in the paper; windows, linear regression, average over the song. The
  ridge is chosen inside the training part, for each kind of features, fold, size and draw alike
  (`mirlab.evaluate.nested`). Figure 3 is measured a second time with plain least squares, which is what the
  paper's words say.
* *Similarity*: L1 distance between the mean windows of songs, precision at 10.
* *Semantic recovery*, which the paper could not measure, needs the true overlap of labels. It is known only
  for the synthetic corpus. For real sets it is estimated from the names of the labels. The joint embedding
  stands beside class means of the base features: as they are, standardised in each set, and whitened without
  labels.
* *Tags heard elsewhere*: the tag embedding names the tags of songs of each target set. A constant list, the
  most frequent tags of the source, is scored by the same two measures. One of them, the mean AUC of the tags,
  is 0.5 for every constant list.
* *Real sets* are also split by artist if artists are known, and as others have published.

How differences are judged
--------------------------
* Every interval is a 95 % interval. The paper prints standard errors; its figures keep them.
* Accuracies: the variance of a mean over J folds of several seeds is (1/J + 1/9)·s², since training sets
  share songs (Nadeau and Bengio 2003; Bouckaert and Frank 2004), with J - 1 degrees of freedom.
* Precision at 10: queries of one artist count as one. The variance over artists (of differences averaged over
  the seeds) and the variance over the seeds are added.
* Means over the four target sets: each set has the same weight, and the squares of their errors are added.
* In every table of differences, the means over all sets are one family, and single sets another. A table
  shows p as it is, and p after Holm's correction for the family.
  A difference is called one if the corrected p is below 0.05.

What was changed later
----------------------
* After a first run was stopped, with two of its 28 cells done and none looked at: two draws of training songs
  in each fold, in place of five.
* After the reports were seen: single sets became a family of their own. Before, their p was not corrected.
* After that: pretrained networks on synthetic music too, with the same seeds, sets, folds and draws (Tables 4
  and 5, Figure 3). They stand in reports of their own, beside base features only, so that the families of
  all other comparisons stay what they were.
* After that: the reports on real clips for every seed, in place of the first one only. The clips and the
  pretrained networks stay; folds, draws, embeddings and random controls are those of the seed. The split by
  artist has the interval of all accuracies.
* After these were seen, a random rotation ahead by L1 among them: similarity on real clips by the cosine too,
  with the same seeds. Its differences are a family of their own.

C. Nadeau and Y. Bengio: "Inference for the generalization error", Machine Learning, 2003. R. R. Bouckaert
and E. Frank: "Evaluating the replicability of significance tests for comparing learning algorithms", PAKDD
2004. S. Holm: "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics,
1979.
"""

from mirlab import networks, paths

VERSION = "2"
"""Of this protocol. A kept figure names it, and the version of the corpus; change it with the protocol."""

GENRE_SETS = ("artists1517", "gtzan", "homburg", "unique")
TAG_SET = "magnatagatune"
FEATURES = ("base", "genre", "tag")
"""The kinds of features that the paper compares (§4, §5)."""

CONTROLS = ("mfcc", "whitened", "random", "rotation")
"""Kinds of features that are made without labels."""

KINDS = (*FEATURES, *CONTROLS, *networks.NAMES)
"""All kinds of features: also the embeddings of pretrained networks, patch by patch."""

WHITENED = 200
"""Dimensions that whitening keeps."""

EXPERIMENTS = ("table3", "table4", "table5", "figure3", "figure3_plain", "tags")
ON_REQUEST = ("table5_cosine",)
"""Measured only if it is named: Table 5 by the cosine, which the paper does not have."""

PER_CLASS = (1, 2, 5, 10, 20)
"""Training songs per label in Figure 3."""

DRAWS = 2
"""Draws of training songs that are averaged in each fold of Figure 3. The seeds draw again."""

EPOCHS = 20
SAMPLES = {"lesson": 100_000, "paper": 500_000}
"""Frames seen in an epoch. The paper does not say how long it trained."""

LEVEL = 0.05
"""A corrected p below this counts as a difference; intervals have this level too."""

SEEDS = (0, 1, 2, 3, 4)
"""Seeds of the kept reports and of the open questions."""

RESULTS = paths.COURSE / "data" / "results"
"""Folder of precomputed reports."""
