"""Answering on GitHub: what is to stand there, decided from what is known. Nothing here writes, asks or stores.

The chain's asking only reads (``resolver.github.port``). What is written has a port of its own, ``port``: ``noting``
says what is to stand when something happened, ``targets`` where and with which permission, ``wording`` and ``signed``
what it says. The store keeps that it is to be said, and the worker (``receiver.answering``) says it.
"""
