"""What is known about each pretrained network: author, licence, training data, tags, layers.

Sources: the wheel of musicnn 0.1.0 (``configuration.py`` for the tags, ``models.py`` for the layers,
``METADATA`` and ``LICENSE.md`` for author and licence, ``experiment.result`` for the test scores), and the
project's ``DOCUMENTATION.md`` for the training data.
"""

from dataclasses import dataclass

MTT_TAGS = (
    "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano",
    "ambient", "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing", "vocals",
    "no vocals", "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop", "soft",
    "sitar", "solo", "man", "classic", "choir", "voice", "new age", "dance", "male voice", "female vocal",
    "beats", "harp", "cello", "no voice", "weird", "country", "metal", "female voice", "choral",
)  # fmt: skip
MSD_TAGS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s",
    "alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul",
    "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies",
    "blues", "hard rock", "ambient", "acoustic", "experimental", "female vocalist", "guitar", "Hip-Hop",
    "70s", "party", "country", "easy listening", "sexy", "catchy", "funk", "electro", "heavy metal",
    "Progressive rock", "60s", "rnb", "indie pop", "sad", "House", "happy",
)  # fmt: skip
TAGS = 50
NORM = ("mean", "variance", "scale", "offset")
"""What a batch normalisation holds."""
IN_TENSORFLOW = {"mean": "moving_mean", "variance": "moving_variance", "scale": "gamma", "offset": "beta"}

# A layer: our name, its name in the checkpoint, and the shape of its kernel (of its mean, for a norm).
VGG_LAYERS = (
    ("norm0", "batch_normalization", (1,)),
    ("conv1", "1CNN", (3, 3, 1, 128)),
    ("norm1", "batch_normalization_1", (128,)),
    ("conv2", "2CNN", (3, 3, 128, 128)),
    ("norm2", "batch_normalization_2", (128,)),
    ("conv3", "3CNN", (3, 3, 128, 128)),
    ("norm3", "batch_normalization_3", (128,)),
    ("conv4", "4CNN", (3, 3, 128, 128)),
    ("norm4", "batch_normalization_4", (128,)),
    ("conv5", "5CNN", (3, 3, 128, 128)),
    ("norm5", "batch_normalization_5", (128,)),
    ("tags", "dense", (256, TAGS)),
)
MUSICNN_LAYERS = (
    ("norm0", "batch_normalization", (1,)),
    ("timbre1", "conv2d", (7, 38, 1, 204)),
    ("timbre1_norm", "batch_normalization_1", (204,)),
    ("timbre2", "conv2d_1", (7, 67, 1, 204)),
    ("timbre2_norm", "batch_normalization_2", (204,)),
    ("rhythm1", "conv2d_2", (128, 1, 1, 51)),
    ("rhythm1_norm", "batch_normalization_3", (51,)),
    ("rhythm2", "conv2d_3", (64, 1, 1, 51)),
    ("rhythm2_norm", "batch_normalization_4", (51,)),
    ("rhythm3", "conv2d_4", (32, 1, 1, 51)),
    ("rhythm3_norm", "batch_normalization_5", (51,)),
    ("cnn1", "conv2d_5", (7, 561, 1, 64)),
    ("cnn1_norm", "batch_normalization_6", (64,)),
    ("cnn2", "conv2d_6", (7, 64, 1, 64)),
    ("cnn2_norm", "batch_normalization_7", (64,)),
    ("cnn3", "conv2d_7", (7, 64, 1, 64)),
    ("cnn3_norm", "batch_normalization_8", (64,)),
    ("pool_norm", "batch_normalization_9", (1506,)),
    ("dense", "dense", (1506, 200)),
    ("dense_norm", "batch_normalization_10", (200,)),
    ("tags", "dense_1", (200, TAGS)),
)


@dataclass(frozen=True)
class Facts:
    """What is known about a network of the wheel.

    Attributes
    ----------
    name : str
        As in ``networks.load(name)``.
    folder : str
        Its folder in the wheel.
    kind : {"vgg", "musicnn"}
        Its architecture.
    tags : tuple of str
        What it predicts, in the order of its outputs.
    trained_on : str
        The data that it learned from.
    roc_auc : float
        On the test songs of that data, as its author reports it.
    checksum : str
        Of the weights that we keep, see `mirlab.networks.files.checksum`.
    """

    name: str
    folder: str
    kind: str
    tags: tuple[str, ...]
    trained_on: str
    roc_auc: float
    checksum: str

    author = "Jordi Pons, Music Technology Group, Universitat Pompeu Fabra"
    licence = "ISC"
    source = "musicnn 0.1.0 on the Python Package Index; https://github.com/jordipons/musicnn"
    reference = (
        "J. Pons, X. Serra: musicnn: pre-trained convolutional neural networks for music audio tagging, "
        "ISMIR 2019 late-breaking session"
    )

    @property
    def embedding_size(self):
        """How many numbers describe a patch."""
        return 256 if self.kind == "vgg" else 200

    @property
    def embedding(self):
        """Which layer the embedding is, in words."""
        if self.kind == "vgg":
            return "the last pooling layer, two times by 128 filters, before the dense layer"
        return "the dense layer before the last, after its batch normalisation"

    def variables(self):
        """Return name, name in the checkpoint, and shape of each array of weights.

        Returns
        -------
        dict of str to (str, tuple of int)
        """
        found = {}
        for layer, scope, shape in VGG_LAYERS if self.kind == "vgg" else MUSICNN_LAYERS:
            if "norm" in layer:
                found |= {f"{layer}/{part}": (f"{scope}/{IN_TENSORFLOW[part]}", shape) for part in NORM}
            else:
                found[f"{layer}/kernel"] = (f"{scope}/kernel", shape)
                found[f"{layer}/bias"] = (f"{scope}/bias", shape[-1:])
        return found


MTT = "MagnaTagATune: about 19 000 excerpts, 50 tags from a game with a purpose"
MSD = "Million Song Dataset: about 200 000 songs, 50 tags from Last.fm"
PRETRAINED = {
    facts.name: facts
    for facts in (
        Facts(
            "mtt_musicnn",
            "MTT_musicnn",
            "musicnn",
            MTT_TAGS,
            MTT,
            0.907,
            "27ebd0485fc3bc87a61c41d20d87addd4d6ac3cfe50ba897b096015aafd782dd",
        ),
        Facts(
            "msd_musicnn",
            "MSD_musicnn",
            "musicnn",
            MSD_TAGS,
            MSD,
            0.880,
            "a0f94a534a9d9bfbb2bacd1f1d2aa716fe030243872e7ddea3c49cad625013bf",
        ),
        Facts(
            "mtt_vgg",
            "MTT_vgg",
            "vgg",
            MTT_TAGS,
            MTT,
            0.903,
            "5ac11c62739f40363bb0fadd82b6a031eb928424d2e50a467bb1a9b5dba66c40",
        ),
        Facts(
            "msd_vgg",
            "MSD_vgg",
            "vgg",
            MSD_TAGS,
            MSD,
            0.877,
            "b7dd92a3b4626343293a964d1789f1744d2e82207d38567bd08feafcd0d2b1b7",
        ),
    )
}
