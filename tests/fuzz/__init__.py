"""Fuzzing: whatever comes from outside is thrown at its parsers, guided by the lines that it reaches.

``targets`` has a module for each parser: ``check(data)`` takes any bytes and raises AssertionError when something
that must hold for every input does not; any other error is a finding too. ``python -m tests.fuzz`` (``make fuzz``) runs
them under atheris; ``corpus`` keeps one small file for each thing that was reached, and every fault that was found,
which ``tests/test_fuzz.py`` replays without atheris.
"""
