"""Writing on GitHub what is to stand there: in the worker, beside everything else, and slowly.

``writing`` takes the turn and the postings, one after the other; ``saying`` makes what is said of the facts as they
are at that moment; ``pace`` keeps to what GitHub takes.
"""
