"""Adverse events, scores and deaths of a subject: their course, what is unsettled, what is owed."""
