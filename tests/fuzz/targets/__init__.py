"""The targets: one module for each parser, found by its name."""
