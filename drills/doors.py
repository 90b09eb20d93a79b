"""Doors: what a stranger must not be able to exhaust."""

from drills import doors_limits, doors_logins
from drills.doors_files import FILES
from drills.doors_transport import COOKIES, HEADERS
from drills.drill import Drill

DRILLS: list[Drill] = [FILES, COOKIES, HEADERS, *doors_limits.DRILLS, *doors_logins.DRILLS]
