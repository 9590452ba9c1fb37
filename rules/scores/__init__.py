"""Grades, scores and parameters from values: pure, each with its inputs, its rule and its source."""
