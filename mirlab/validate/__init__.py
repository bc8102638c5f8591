"""Check a data set: what is missing, damaged, silent, duplicated, or under two labels.

Every file that a set lists is read and decoded from beginning to end, once; what was heard is kept (`looks`).
Two names for one sound are found in three ways, from sure to likely. The *bytes* are equal; the *samples* are
equal (to 16 bits, as for an .au file and the .wav made from it); or the *pictures* agree, as those of a wav
and an mp3 made from it do.
"""

from mirlab.validate.checking import check
from mirlab.validate.report import KINDS, Finding, Report, as_text, read

__all__ = ["KINDS", "Finding", "Report", "as_text", "check", "read"]
