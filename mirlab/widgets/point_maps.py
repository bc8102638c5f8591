"""What maps of points with sounds share: a map that is used by mouse, by arrow keys and through a list."""

import traitlets

from mirlab.show.controls import Sounding


class PointMap(Sounding):
    """A map of points, each of which can be heard.

    Its script has no page of its own; the script of a subclass draws one with its function ``pointMap``.

    Attributes
    ----------
    map : dict
        The map on the screen: its ``points`` with their places, its size, and what it is ``about``.
    point : int
        The point that was chosen last: its place among the points.
    plays, heard
        See `mirlab.show.controls.Sounding`.
    """

    map = traitlets.Dict().tag(sync=True)
    point = traitlets.Int(0).tag(sync=True)

    @traitlets.validate("point")
    def _on_the_map(self, proposal):
        return self.check_point(proposal["value"])

    def check_point(self, point: int) -> int:
        """Return a point; refuse one that is not on the map.

        Raises
        ------
        traitlets.TraitError
            If it is not.
        """
        n = len(self.map["points"])
        if not 0 <= point < n:
            raise traitlets.TraitError(f"point {point} is not on the map; it has {n} points, from 0")
        return point
