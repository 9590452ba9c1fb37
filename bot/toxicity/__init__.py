"""Adverse events, their grades and scales, in conversation and in words."""
