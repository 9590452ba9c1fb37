"""Signatures: what is signed, by whom, and the PIN that proves it."""
