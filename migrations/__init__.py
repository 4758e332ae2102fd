"""Numbered, each frozen as written; ``store.migrate`` runs them."""
