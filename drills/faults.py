"""Faults: what must not be lost when something breaks, and how soon all is well again."""

from drills import faults_clock, faults_database, faults_disk, faults_kill, faults_load, faults_stop
from drills.drill import Drill

DRILLS: list[Drill] = [
    *faults_kill.DRILLS,
    *faults_stop.DRILLS,
    *faults_database.DRILLS,
    *faults_disk.DRILLS,
    *faults_load.DRILLS,
    *faults_clock.DRILLS,
]
