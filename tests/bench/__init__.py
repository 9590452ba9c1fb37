"""What is measured: ratios of one run, printed by `make bench`; no test depends on them."""
