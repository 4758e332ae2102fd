"""The defences: each is taken out once, and its test has to fail without it."""
