"""Faults under load, over and over: every update that was confirmed is answered once, no event twice."""
