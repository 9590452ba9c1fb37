"""CAR-T concentrations: typed, from a file, and as parameters."""
