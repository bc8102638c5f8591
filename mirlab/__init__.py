"""Transfer learning in music information retrieval: features, WARP embeddings, honest evaluation.

The rooms follow the paper (Hamel, Davies, Yoshii & Goto, ISMIR 2013): `audio` and `features` are §4,
`warp` is §5, `evaluate`, `neighbours` and `paper` are §6; `corpus` and `datasets` hold the sound.
"""

from mirlab import environment

environment.prepare()  # before anything imports numba

from mirlab.errors import (  # noqa: E402
    AudioError,
    DatasetError,
    LessonError,
    MirlabError,
    NetworkError,
    StoreError,
)

__version__ = "0.1.0"
__all__ = ["AudioError", "DatasetError", "LessonError", "MirlabError", "NetworkError", "StoreError"]
