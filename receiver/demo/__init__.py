"""The demonstration: a whole pull request's life, sent as GitHub sends it, to the real service on this machine.

``scenario`` tells the story, ``payloads`` writes it as GitHub would, ``service`` starts what is shown, ``sender``
speaks to it, ``rows`` and ``table`` say what came of it.
"""
