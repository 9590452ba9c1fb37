"""Races through the real dispatcher, in real processes, on both databases."""
