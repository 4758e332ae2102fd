"""Faults, made on purpose: machines die, disks fill, clocks jump. ``python -m tests.torture`` shows what that costs."""
