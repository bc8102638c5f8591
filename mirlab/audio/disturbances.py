"""Disturb a sound by a strength from 0 to 1: noise, telephone, room, tempo and others, for lesson 14.

`mirlab.audio.effects` holds what each of them does; this table says how strong they are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from mirlab.audio import effects
from mirlab.audio.effects import SHORTEST


@dataclass(frozen=True)
class Disturbance:
    """One way in which the same music sounds different elsewhere, with a strength from 0 to 1.

    Call it as ``disturbance(y, strength, seed=0)``. At strength 0, the sound is unchanged.

    Attributes
    ----------
    amount : callable
        From a strength above 0 to the amount in units.
    unit : str
        What the amount counts.
    """

    amount: Callable[[float], float]
    unit: str
    _change: Callable = field(repr=False)
    _seeded: bool = field(default=False, repr=False)

    def __call__(self, y, strength, *, seed=0):
        """Return a disturbed copy.

        Parameters
        ----------
        y : array-like, shape (samples,), float
            Mono sound at 22 050 Hz, at least 2048 samples.
        strength : float
            From 0 to 1.
        seed : int or numpy.random.Generator
            Seed of noise and rooms.

        Returns
        -------
        ndarray, shape (samples,), float32
            Shorter than `y` if the tempo is disturbed.

        Raises
        ------
        ValueError
            If `y` is not mono sound or too short, or `strength` is not from 0 to 1.

        Examples
        --------
        >>> import numpy as np
        >>> softer_copy = DISTURBANCES["level"](np.ones(2048), 0.5)
        >>> softer_copy[:2].round(2), DISTURBANCES["level"].says(0.5)
        (array([0.1, 0.1], dtype=float32), '20 dB softer')
        """
        y = effects.mono(y, SHORTEST)
        if effects.between(strength, "strength", 0, 1) == 0:
            return y.copy()
        how = {"seed": seed} if self._seeded else {}
        return self._change(y, self.amount(strength), **how)

    def says(self, strength):
        """Return the amount with its unit, such as "20 dB softer"."""
        return f"{self.amount(strength):,.4g} {self.unit}" if strength else "unchanged"


DISTURBANCES = {
    "noise": Disturbance(lambda s: 40 * (1 - s), "dB above the noise", effects.noisy, True),
    "telephone": Disturbance(
        lambda s: 11025 * (3400 / 11025) ** s, "Hz as the highest frequency", effects.telephone
    ),
    "equalizer": Disturbance(
        lambda s: 24 * s, "dB less treble than bass", lambda y, dB: effects.equalized(y, -dB)
    ),
    "codec": Disturbance(lambda s: 100 ** (1 - s), "percent of each spectrum kept", effects.coded),
    "room": Disturbance(lambda s: 2 * s, "s of reverberation", effects.reverberant, True),
    "tempo": Disturbance(lambda s: 1 + s / 2, "times the tempo", effects.faster),
    "pitch": Disturbance(lambda s: 6 * s, "semitones higher", effects.transposed),
    "level": Disturbance(lambda s: 40 * s, "dB softer", effects.softer),
    "clipping": Disturbance(lambda s: 32 * s, "dB beyond the limit", effects.clipped),
}
"""The disturbances of lesson 14: each has strengths from 0, unchanged, to 1, where everybody hears it."""
