"""How often the answers are right: generated conversations whose truth is known, told to the real domain and store.

``python -m tests.bench.accuracy`` prints the scoreboard. ``kinds`` makes the conversations, ``noise`` hides them
among others, ``play`` tells them, ``plain`` is a simple resolver to compare with, ``score`` counts.
"""
