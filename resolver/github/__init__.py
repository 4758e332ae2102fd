"""Asking GitHub, read-only: building requests, reading answers, and the one client that talks to the network.

``port`` says what the rest of the domain may ask; ``client`` is the only module of the domain that opens connections.
"""
