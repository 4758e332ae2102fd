"""Comments and bodies: a claim in code, in a quote or behind an open comment is never a claim (SPEC §2.1).

The input may hold genuine hidden comments in any place. Which of them count is held against a second opinion.
"""

from __future__ import annotations

from tests.fuzz.given import CARRIER, READER, SPANS, text, with_marks
from tests.fuzz.reference import ordinary

LONGEST = 400
WORDS = (
    "\x01", "<!--", "-->", "--!>", "--->", "<!-->", "```", "~~~", "`", "``", "> ", ">", "    ", "\t", "\n", "\n\n",
    "\r",
    "- ", "1. ", "# ", "---", "===", "<pre>", "</pre>", "<code>", "</code>", "<blockquote>", "</blockquote>", "<div>",
    "<template>", "<textarea>", "</textarea>", "<script>", "</script>", "<a b='", '<a b="', "'>", '">', "<?", "?>",
    "<![CDATA[", "]]>", "<!x", "\\", "[a](", "](", "[a]: ", "![", "[^1]: ", "|", "|-|", "\n|-|\n", "www.",
    "https://", "&lt;",
    "<http://a`b>", "$", "$$", "\u2028", "\x0b", "\x0c", "\0", "\u200b", "<x/>", "<pre/>", "</x >", "<details>",
    "<p>",
)  # fmt: skip
SEEDS = (
    "Text \x01 and text", "```\n\x01\n```", "~~~\n\x01\n~~~\n\x01", "> \x01\n\n\x01", "    \x01", "`\x01`",
    "<pre>\n\x01\n</pre>\x01",
    "- a\n\n      \x01\n\n  \x01", "<!-- \x01 -->", "[a](\x01)", "|a|\n|-|\n|`\x01|`|", "<a b='\x01'>",
    "[a]: <\n\x01",
    "<blockquote>\n\n\x01\n\n</blockquote>\n\n\x01", "<div>\n```\n\x01\n```\n</div>", "\\`\x01\\`", "<!--->\x01",
    "<!-- --->\x01",
)  # fmt: skip


def check(data: bytes) -> None:
    """Every claim that counts is genuine, and stands where others see an HTML comment outside of code and quotes."""
    source = with_marks(text(data[:LONGEST]))
    found = {sighting.span_id for sighting in READER.read_text(source, CARRIER).sightings}
    assert found <= set(SPANS)
    if found:
        comments, _ = ordinary(source)
        hidden = {span for span in found if f'"span_id":"{span}"' not in comments}
        assert not hidden, f"taken from code, a quote or another comment: {sorted(hidden)} in {source!r}"
