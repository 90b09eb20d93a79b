"""Doors: what a stranger must not be able to exhaust."""

from drills.drill import Drill

DRILLS: list[Drill] = []
