"""The only home of peewee and SQL. Takes and returns the values of ``resolver.model``, never rows."""

from store.catalogue import Catalogue
from store.ledger import Ledger
from store.store import Store, open_store

__all__ = ["Catalogue", "Ledger", "Store", "open_store"]
