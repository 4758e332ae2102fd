"""Looking the whole store over (``whichrun check``): each module one kind of check, all in one read transaction.

Nothing is changed and no writer waits. Memory stays small: what is hashed is read some rows at a time, the rest is
compared by the database itself, which returns only what is wrong.
"""

from store.integrity.examiner import Examiner

__all__ = ["Examiner"]
