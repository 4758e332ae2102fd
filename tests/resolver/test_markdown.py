"""Which comments and commands count: CommonMark and HTML decide (SPEC §2.1, §5.1)."""

import pytest

from resolver.commonmark import parse
from resolver.markdown import COMMAND, NOTHING, read

CLAIM = '<!-- agents-run: {"span_id":"s"} -->'
BOTH = f"{COMMAND} {CLAIM}"  # a comment that begins a line would end a paragraph

ORDINARY = {
    "alone": "{}",
    "after text": "Fixed it.\n\n{}",
    "in a paragraph": "Fixed it. {} Thanks.",
    "carriage returns": "Fixed it.\r\n\r\n{}\r\n",
    "heading": "# Title {}",
    "underlined heading": "{}\n===",
    "list": "- one\n- {}",
    "numbered list": "1. one\n   {}",
    "nested list": "- one\n  - two\n\n    {}",
    "paragraph in a list": "- one\n\n  {}",
    "indented by three": "   {}",
    "indented text that goes on with a paragraph": "text\n      {}",
    "after a closed fence": "```\ncode\n```\n{}",
    "after a closed fence of tildes": "~~~~ text\n~~~\n```\n~~~~~\n{}",
    "after a fence that its list ends": "- ```\n  code\n\n{}",
    "after indented code": "    code\n\n{}",
    "after a quote": "> quoted\n\n{}",
    "after a quote that ends in no paragraph": "> # quoted\n{}",
    "after a quote that a list ends": "> quoted\n- {}",
    "after inline code": "`code` {}",
    "beside lone backticks": "a ` b `` c {}",
    "after an address that holds a backtick": "<https://example.com/`> {} `",
    "escaped backtick": "\\` {} \\`",
    "emphasis": "**{}**",
    "link text": "[{}](https://example.com)",
    "details": "<details>\n<summary>Run</summary>\n{}\n</details>",
    "details with Markdown": "<details>\n\n{}\n\n</details>",
    "inside a div": "<div title='>'>{}</div>",
    "after a closed pre": "<pre>code</pre>\n\n{}",
    "after inline code in HTML": "a <code>b</code> {}",
    "after a comment": "<!-- a comment --> {}",
    "after empty comments": "<!--> <!---> <!----> {}",
    "after a comment that ends in three hyphens": "a <!-- b ---> {}",
    "after a comment over several lines": "<!--\n\n```\n\n-->\n{}",
    "after an escaped opening": "\\<!-- {}",
    "after an opening in code": "`<!--` {}",
    "after an opening in a fence": "```\n<!--\n```\n{}",
    "beside a link": '[docs](https://example.com/a_(b) "title") {}',
    "beside a link of code": "[`a`](/b) `c` {} [`d`][e] [f] [g][]",
    "behind an address in angle brackets": "[a](<b c>) `c` {}",
    "beside an image": "![alt `a`](/b.png) {} [![a](/b)](/c) `d`",
    "beside an address": "see https://example.com/a?b=c, `d` {}",
    "beside a mention": "@octocat #12 :tada: {}",
    "task list": "- [ ] one\n- [x] {}",
    "table cell": "| a | b |\n|:--|--:|\n| `c` | {} |",
    "table header": "| a | {} |\n|---|---|\n| b |",
    "after a table": "a | `b\n--|--\n<br> | ` | ` |\n\n{}",
    "below a paragraph that is no table": "a | b | c\n|--|--|\nd {}",
    "heading that ends a table": "| a |\n|---|\n| ` |\n# ` {}",
    "after definitions": "[a]: /b\n[`c`]: <https://example.com> 'd'\n{}",
    "text like a definition": "[a]: b c {}",
    "behind a footnote": "[^1]: See [a](/b) and `c.\n\n{}",
    "behind a doubt": "[a](/`) b\n\n{}",
    "private-use characters": "\ue000 \ue0000\ue000 \ue001 {}",
}

NEITHER = {
    "fence": "```\n{}\n```",
    "fence with a language": "```html\n{}\n```",
    "long fence": "`````\n```\n{}\n`````",
    "tildes": "~~~\n```\n{}\n~~~",
    "backticks closed only by their like": "```\n~~~\n{}\n```",
    "unclosed fence": "```\n\n\n{}",
    "fence in a list": "- one\n\n  ```\n  {}\n  ```",
    "fence in a quote": "> ```\n> {}\n> ```",
    "indented code": "text\n\n    {}",
    "indented by a tab": "text\n\n\t{}",
    "indented code in a list": "- one\n\n      {}",
    "inline code": "a `{}` b",
    "inline code of several backticks": "a ``` ` {} `` ``` b",
    "inline code over two lines": "a `b\n{}` c",
    "quote": "> {}",
    "quote after text": "text\n> {}",
    "indented quote": "   >{}",
    "quote in a list": "- > {}",
    "list in a quote": "> - {}",
    "nested quote": "> > {}",
    "lazy continuation": "> quoted\n{}",
    "lazy continuation of a nested quote": "> - > quoted\n{}",
    "pre": "<pre>\n{}\n</pre>",
    "pre over Markdown blocks": "<pre>\n\n</pre>\n\n<div><pre></div>\n\n{}\n\n</pre>",
    "upper case": "<PRE>{}</PRE>",
    "code in HTML": "a <code>{}</code> b",
    "code in code in HTML": "a <code><code></code>{}</code> b",
    "code that another tag cuts off": "<div><pre><code></pre>{}</div>",
    "quote in HTML": "<blockquote>\n\n{}\n\n</blockquote>",
    "sample, keyboard, teletype": "<samp><kbd><tt>{}",
    "script": "<script>\n{}\n</script>",
    "style": "<style>\n</script>{}</style>",
    "textarea that holds a closing tag": "<pre><textarea></pre>{}</textarea></pre>",
    "template": "<template>\n\n{}\n\n</template>",
    "unclosed code": "<code>\n\ntext\n\n{}",
    "attribute": "<div title='{}'>x</div>",
    "attribute of an inline tag": "a <b title='{}'>x</b>",
    "tag that nothing closes": "<div\n{}",
    "instruction": "a <?x {} ?>",
    "declaration": "<!X {}",
    "declaration in a paragraph": "a <!X {} b",
    "attribute that nothing closes": "<div title='\n{}",
    "unclosed instruction": "<?x\n\n{}",
    "CDATA": "a <![CDATA[ {} ]]>",
    "code behind a backtick in an address": "[x](/`) `{}`",
    "code behind a backtick in angle brackets": "[x](<`>) `{}`",
    "code behind a backtick in a title": "[x](/u '`') `{}`",
    "code behind a backtick in an escaped title": "[x](/u '`\\'') `{}`",
    "code that begins in what looks like an address": "a](/`) {} `",
    "code behind a backtick in a label": "[`]: /u\n\n[x][`] `{}`",
    "code behind a backtick in a definition": "[x]: /`\n`{}`",
    "code behind a backtick in a definition's label": "[`]: /u\n`{}`",
    "code behind a backtick in a definition's title": "[x]: /u\n'\n`'\n`{}`",
    "code behind a bare address": "https://example.com/` `{}`",
    "code behind another bare address": "www.example.com/` `{}`",
    "code behind a link within brackets": "[a](b \"[x](/c '\") `{} ') ` ",
    "quote behind a bare address": "https://example.com/\\<blockquote>\n\n{}",
    "quote hidden between links": "[x](/`) <blockquote> [y](/`)\n\n{}",
    "end of a quote in an address": "<blockquote>\n\n[x](</blockquote>)\n\n{}",
    "end of a quote in an image's text": "<blockquote>\n\n![</blockquote>](x)\n\n{}",
    "end of a quote in a footnote": "<blockquote>\n\n[^1]: </blockquote>\n\n{}",
    "code in a table": "| a | b |\n|---|---|\n| ` | x |\n| `{}` | y |",
    "code below a table": "|a|b|\n|-|-|\n    {}",
    "code in a list below a table": "|a|b|\n|-|-|\n2. ```\n\n   {}",
    "cell that the header has not": "| a |\n|---|\n| b | {} |",
    "row of escaped backslashes": "| a |\n|---|\n| \\\\| ` `{}` |",
    "table of one column, or a paragraph": "a\n:-\n`b\n{}`",
    "table of one column, or a heading": "| a |\n---\n`b\n{}`",
    "second table in a paragraph": "a\n|-|-|\n| b |\n|---|\n` {} `",
    "table with an indented header": "`text\n    | a |\n|---|\n{}`",
    "row or HTML": "| a |\n|---|\n<b>\n`<code>`\n\n{}",
    "footnote": "[^1]: {}",
    "footnote in a paragraph": "a `b\n[^1]: c` {} `d`",
    "fence in a list behind a footnote": "[^1]: # a\n2. ```\n\n   {}",
    "paragraph or code behind a definition": "[x]: /u\n    {}",
    "comment that browsers end": "<!-- x --!> <blockquote> -->\n\n{}",
    "comment in a paragraph that browsers end": "a <!-- x --!> <blockquote> --> {}",
    "comment that only browsers end": "<!-- x --!> {cut} -->",
    "address, in HTML": "<div>https://example.com/?q={}</div>".replace("{}", "{cut}"),
    "unclosed comment": "<!-- \n\n{}".replace("{}", "{cut}"),
    "after an unclosed comment in a paragraph": "a <!-- b\n\n{cut}",
    "after an unclosed comment in a quote": "> <!-- b\n\n{cut}",
    "after an unclosed comment in a list": "- <!-- b\n\n{cut}",
    "after an unclosed comment in HTML": "<details>\n<!-- b\n\n</details>\n\n{cut}",
}


def fill(frame: str) -> str:
    """Put both a claim and the command into a frame; behind an unclosed comment only the command can stand whole."""
    return frame.replace("{}", BOTH).replace("{cut}", COMMAND)


@pytest.mark.parametrize("frame", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_text(frame: str) -> None:
    """A claim and a command in ordinary text count, and are told by where they stand in the source."""
    text = fill(frame)
    ordinary = read(text)
    assert [text[piece.start : piece.end] for piece in ordinary.commands] == [COMMAND]
    assert [piece.content for piece in ordinary.comments if CLAIM[4:-3] == piece.content] == [CLAIM[4:-3]]
    assert all(text[piece.start : piece.end].endswith(("-->", "<!--->")) for piece in ordinary.comments)


@pytest.mark.parametrize("frame", NEITHER.values(), ids=NEITHER)
def test_neither(frame: str) -> None:
    """In code, quotes, tags, and behind an unclosed comment there is neither claim nor command."""
    ordinary = read(fill(frame))
    assert ordinary.commands == ()
    assert [piece for piece in ordinary.comments if "agents-run" in piece.content] == []


@pytest.mark.parametrize(
    "html",
    ["<!-->", "<!--->", "<!-- - -- --->", "<a b c=d e='>' f=\"'\" />", "</a >", "<?>?>", "<!X y>", "<![CDATA[>]]>"],
)
def test_inline_html(html: str) -> None:
    """Each kind of raw HTML in a paragraph is one piece, to its end and no further."""
    children = parse(f"a {html} b>-->")[1].children or []
    assert [token.content for token in children] == ["a ", html, " b>-->"]


@pytest.mark.parametrize("text", ["<a b='>", "<a =b>", "<a b=`>", "<3>", "</a b>", "<!3>", "<![CDATA>", "<a\u00a0b>"])
def test_text_that_looks_like_html(text: str) -> None:
    """What is no tag by CommonMark's grammar is text."""
    children = parse(f"a {text}")[1].children or []
    assert "".join(token.content for token in children) == f"a {text}"
    assert "html_inline" not in {token.type for token in children}


@pytest.mark.parametrize(
    "text",
    [
        "[x](y '{}')",
        "[x](<{}>)",
        "[x]: y '{}'",
        "[x]:\ny\n({})\nz",
        "[{}]: y",
        "[x][{}]",
        "![{}](x.png)",
        "![a [b] {}](x.png)",
        "![a][b] ![c {}][d]",
        "https://example.com/?q={}",
        "<https://example.com/?q={}>",
        "www.example.com{}",
        "[https://example.com](x):{}",
    ],
)
def test_command_that_a_link_hides(text: str) -> None:
    """A command in an address, a title, a label or an image's text is none."""
    assert read(text.replace("{}", COMMAND)).commands == ()


def test_addresses_nested_beyond_reason() -> None:
    """An address with more parentheses than GitHub reads puts the rest of its block in doubt."""
    assert read(f"[x]({'(' * 32}{')' * 32}) {COMMAND}").commands != ()
    assert read(f"[x]({'(' * 33}{')' * 33}) {COMMAND}").commands == ()


def test_claims_behind_an_unclosed_comment() -> None:
    """A comment that its block leaves open swallows the claims behind it too."""
    assert read(f"a <!-- b\n\n{CLAIM}").comments == ()
    assert read(f"> <!-- b\n\n{CLAIM}").comments == ()


def test_comment_over_lines() -> None:
    """A comment may span lines and blank lines, and its content is what the source holds."""
    text = 'a\n\n<!-- agents-run:\n\n{"a":\n1} -->\nb'
    assert [piece.content for piece in read(text).comments] == [' agents-run:\n\n{"a":\n1} ']


def test_command_in_a_comment() -> None:
    """A command within a comment is none, and the comment keeps its content."""
    text = f'<!-- agents-run: {{"agent_name":"{COMMAND}"}} -->'
    ordinary = read(text)
    assert ordinary.commands == ()
    assert [piece.content for piece in ordinary.comments] == [text[4:-3]]


def test_order() -> None:
    """Comments and commands come in the order in which they stand, also twelve of them."""
    text = "\n\n".join(f"<!-- agents-run: {number} --> {COMMAND}" for number in range(12))
    ordinary = read(text)
    assert [piece.content.split()[-1] for piece in ordinary.comments] == [str(number) for number in range(12)]
    assert [piece.start for piece in ordinary.commands] == sorted(piece.start for piece in ordinary.commands)
    assert len(ordinary.commands) == 12


def test_text_without_either_word() -> None:
    """A text that names neither a claim nor a command is not looked into."""
    assert read("<!-- a comment -->") is NOTHING


def test_text_with_every_private_use_character() -> None:
    """A text made so that no mark is left has nothing that counts, instead of something wrong."""
    assert read("".join(map(chr, range(0xE000, 0xF900))) + COMMAND) is NOTHING


def test_quotes_nested_beyond_reason() -> None:
    """What follows more quotes than the parser will look through is taken for a quote."""
    assert read("> #\nb\n" * 20_000 + "\n" + COMMAND).commands == ()
    assert len(read("> #\nb\n" * 60 + "\n" + COMMAND).commands) == 1
