"""What a text says, quotes and links to, read off its Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.passages import Passages, read

PIECES = [
    "`",
    "<!--",
    "-->",
    "> ",
    "\n",
    "\n\n",
    "[a](",
    ")",
    "![",
    "|-|",
    "| a |",
    "<pre>",
    "</pre>",
    "https://a.b/",
    "c d",
]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text(text: str) -> None:
    """Any text gives passages, and what it says itself holds no Markdown marks and no surplus white space."""
    passages = read(text)
    assert passages.own == " ".join(passages.own.split())
    assert not set(passages.own) & set("*_`~")
    assert all(len(quote) >= 12 for quote in passages.quotes)


def test_half_surrogates_and_nothing() -> None:
    """Half a surrogate pair is read like any character; no text has no passages."""
    assert read("\ud800").own == "\ud800"
    assert read("") == Passages()


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("one **two**\nthree", ["one **two**", "three"]),
        ("# one\n\n- two\n- three", ["one", "two", "three"]),
        ("one `code` two", ["one ", " two"]),
        ("```\ncode\n```\n\n    code\n\none", ["one"]),
        ("> quoted\n\none", ["one"]),
        ("one <!-- two --> three", ["one ", " three"]),
        ("one <b>two</b><br>three <code>four</code> five", ["one two", "three ", " five"]),
        ("<div>one</div>\n\n<pre>two</pre>", ["one"]),
        ("fixes [#1](/two) ![three](/four) #5", ["fixes [#1] ", " #5"]),
        ("| one | two |\n|---|---|\n| three | `four` |", ["one", "two", "three"]),
        ("one <!-- two", ["one "]),
        (
            "see https://example.com/a and <https://example.com/b>",
            ["see https://example.com/a and https://example.com/b"],
        ),
    ],
)
def test_prose(text: str, prose: list[str]) -> None:
    """Prose is ordinary text; a newline stands between blocks and for what was left out."""
    assert [piece for piece in read(text).prose.split("\n") if piece.strip()] == prose


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("one **two**\n  three", "one two three"),
        ("one `two` <!-- three --> <b>fo</b>ur", "one two four"),
        ("```py\none  two\n```\n\n> quoted\n\nthree", "one two three"),
        ("<pre>one</pre> <blockquote>two</blockquote>\n\n\\*three", "one three"),
        ("see [the docs](https://example.com 'title')", "see the docs"),
        ("[x](/`) one `two`", "x(/) one two"),
        ("one <!-- two", "one"),
    ],
)
def test_own(text: str, own: str) -> None:
    """A text's own words are what it shows, code among them, without quotes and marks."""
    assert read(text).own == own


def test_quotes() -> None:
    """Each outermost quote is one passage, each once, and short ones say too little."""
    text = "> one `two` three\n> > four\n\nfive\n\n- > six seven eight\n\n> short\n\n> six **seven** eight\n"
    assert read(text).quotes == ("one two three four", "six seven eight")


def test_quote_finds_what_it_was_copied_from() -> None:
    """A quote of a text is a part of the text's own words."""
    text = "The **parser** reads `a  b`\nand [links](https://example.com)."
    quote = read("".join(f"> {line}\n" for line in text.splitlines())).quotes[0]
    assert quote in read(f"before\n\n{text} after").own


def test_quotes_behind_an_unclosed_comment() -> None:
    """A quote that is not shown is none."""
    assert read("a <!-- b\n\n> one two three four").quotes == ()
    assert read("<template>\n\n> one two three four").quotes == ()


def test_links() -> None:
    """Links are addresses in ordinary text, each once, without the punctuation behind them."""
    text = (
        "[a](https://a.example/1#issuecomment-2) (https://b.example/c), <https://c.example/d>! **https://d.example** "
        "https://b.example/c. [e](<http://e.example>) [f](/g)\n\n<div>https://h.example</div>"
    )
    assert read(text).links == (
        "https://a.example/1#issuecomment-2",
        "http://e.example",
        "https://b.example/c",
        "https://c.example/d",
        "https://d.example",
        "https://h.example",
    )


@pytest.mark.parametrize(
    "text", ["`{}`", "> {}", "<!-- {} -->", "    {}", "<pre>{}</pre>", "![a]({})", "> [a]({})", "<a href='{}'>b</a>"]
)
def test_no_links(text: str) -> None:
    """What stands in code, a quote, a comment, a tag or an image links to nothing."""
    assert read(text.replace("{}", "https://example.com/a")).links == ()
