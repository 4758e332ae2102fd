"""What a delivery says of the world: the facts it holds, as values of ``resolver.model``.

Only the event's own object is observed. The copies of others that come with it (the issue of a comment, the pull
request of a review) may be stale, so they give their number at most.
"""

from resolver.observe.observation import Observation
from resolver.observe.observing import observe

__all__ = ["Observation", "observe"]
