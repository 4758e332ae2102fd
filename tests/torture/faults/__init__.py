"""The faults: a function each, which says in a verdict what it cost."""
