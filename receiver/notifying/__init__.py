"""Notifications: a signed POST when feedback is resolved, changes its run, or is withdrawn, so that nobody need poll.

They follow the log of changes, each URL at its own position, which the store keeps. ``sending`` takes the turns,
``standing`` decides what an answer means, ``message`` writes and signs, ``wire`` talks to the network.
"""
