"""Other tools' marks: which agent, or which session of one, says that it made a text.

Nobody signs them, so whoever writes a text may write them. What they are good for says ``resolver.marked``. Reading is
total: any text gives marks, in time linear in its length, and most texts, which have none, cost a search for a few
words. A new kind is a module here, with the place where its form is written down, and its line in ``readers``.
"""

from resolver.marks.readers import MOST, of_commit, of_text

__all__ = ["MOST", "of_commit", "of_text"]
