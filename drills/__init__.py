"""Drills: what must hold under attack, tried on a real server, with a figure each. `make drills` runs them."""
