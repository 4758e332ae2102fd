"""What GitHub delivers, read into the few fields that are used.

``events`` holds the table of what is used, ``parts``, ``subjects``, ``pulls`` and ``places`` the models, ``fields``
the types of their fields; ``envelope.read`` is the way in, ``soundness`` and ``faults`` what it refuses.
"""
