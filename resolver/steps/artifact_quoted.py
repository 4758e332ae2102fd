"""Step 9: a block quote in the text repeats an earlier artifact of the same issue or pull request."""

from __future__ import annotations

from resolver import passages
from resolver.evidence import Evidence
from resolver.pointing import decide, pointed
from resolver.query import Query
from resolver.quoting import MOST_TEXTS, sources
from resolver.step import Found, not_applicable
from resolver.steps.artifact_linked import linked

MODE = "artifact_quoted"
MOST_SOURCES = 50
"""Of how many texts that hold a quote it is looked up who signed them."""


def look(query: Query, evidence: Evidence) -> Found:
    """Decide by the claims of the texts that hold what is quoted."""
    quotes = passages.read(query.body).quotes
    if not quotes or query.number is None:
        least = f"{passages.SHORTEST_QUOTE} characters or more"
        return not_applicable(MODE, f"the text quotes nothing of {least} from an issue or pull request")
    texts = evidence.texts(MOST_TEXTS + 1)
    found = sources(quotes, texts[:MOST_TEXTS])
    quoted = pointed({text.url: evidence.made(text.ref, text.review_id) for text in found.texts[:MOST_SOURCES]})
    doubts = [f"{len(found.missing)} quote(s) stand in no text of number {query.number}"] if found.missing else []
    if not found.complete or len(texts) > MOST_TEXTS or len(found.texts) > MOST_SOURCES:
        doubts.append("there is too much text to look through all of it")
    # To quote and to link are evidence of one rank: where they disagree, neither is exact.
    links = linked(query, evidence)
    if quoted.admitted.spans and links is not None and not links.only(quoted.admitted.spans):
        doubts.append("the text links to what another wrote")
    return decide(MODE, quoted.but(*doubts), verb="the text quotes")
