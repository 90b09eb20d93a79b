"""Doors: what a stranger must not be able to exhaust."""

from drills import doors_limits
from drills.doors_files import FILES
from drills.drill import Drill

DRILLS: list[Drill] = [FILES, *doors_limits.DRILLS]
