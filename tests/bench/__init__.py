"""Benchmarks: ratios of figures that were taken in one run, printed, never asserted. ``make bench`` runs them."""
