"""Your own music: open a folder, report oddities, exclude or relabel files, and measure.

A `Library` is one real data set of a `mirlab.paper.Study` together with the changes that its owner made. As
long as there are no changes, its figures are those of `mirlab.paper.reproduce` for the same folder.
"""

from mirlab.library.collection import Library
from mirlab.library.measured import Measured
from mirlab.library.opening import open_library

__all__ = ["Library", "Measured", "open_library"]
