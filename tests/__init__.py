"""Tests mirror the tree; conversations/ holds whole transcripts that run through every channel."""
