"""A conversation that is being written, part by part, as recipes say (``tests.support.recipes``)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from resolver.model.github import Blame, BlameRange, Kind, ObjectRef
from tests.support.builders import (
    AGENT,
    MAINTAINER,
    Delivery,
    Person,
    Repo,
    commit_comment,
    discussion,
    discussion_comment,
    hunk,
    issue,
    issue_comment,
    pull_request,
    review,
    review_comment,
    sha,
)
from tests.support.grounds import BRANCHES, Ground
from tests.support.recipes import LOST, NEVER_SAID, PATHS, SENTENCES, Pushed, Spot, Words

PULL_ID = 4_200_000
"""What a pull request's number is added to: its id is another."""
LOST_ID = 404
"""Of what never arrives."""
LINE, FIRST_LINE = 10, 5
"""Where comments stand, and where those on several lines begin."""
HALF = 9
"""The last line of the first half of a file: a blame may tell of one half alone."""
_REPLIES = {Kind.REVIEW_COMMENT: "in_reply_to_id", Kind.DISCUSSION_COMMENT: "parent_id"}
_DELETED = frozenset({Kind.ISSUE, Kind.ISSUE_COMMENT, *_REPLIES})
_SUBJECTS = ("comment", "review", "discussion", "pull_request", "issue")


@dataclass
class Said:
    """A text as it stands on GitHub; ``tell`` makes a delivery of it."""

    ref: ObjectRef
    author: Person | None
    tell: partial[Delivery]
    body: str
    at: str
    created_at: str
    url: str = ""
    deleted: bool = False


@dataclass
class Story(Ground):
    """A conversation in the making; ``texts`` are those that were written."""

    texts: list[Said] = field(default_factory=list)
    _merged: dict[int, dict[str, Any]] = field(default_factory=dict)
    _blamed: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)

    # Subjects

    def pull(self, number: int, words: Words, *, closes: bool = False) -> None:
        """Open a pull request, or edit its body."""
        body = self._body(words) + ("\n\nCloses #9" if closes else "")
        self._open_or_edit(Kind.PULL_REQUEST, PULL_ID + number, words, body, partial(self._tell_pull, number))

    def issue(self, words: Words) -> None:
        """Open issue 9, or edit its body."""
        self._open_or_edit(Kind.ISSUE, 9, words, self._body(words), partial(issue, number=9))

    def discuss(self, words: Words) -> None:
        """Start discussion 7, or comment on it."""
        if self._known(Kind.DISCUSSION, 7) is None:
            self._say(Kind.DISCUSSION, words.author, self._body(words), partial(discussion, number=7), given=7)
        else:
            self._say(Kind.DISCUSSION_COMMENT, words.author, self._body(words), partial(discussion_comment, number=7))

    def push_and_tell(self, pushed: Pushed) -> None:
        """Push commits, and let the branch's open pull request tell of its new head, where that is announced."""
        branch = self.push(pushed)
        for number, name in BRANCHES.items():
            said = self._known(Kind.PULL_REQUEST, PULL_ID + number)
            if pushed.announced and name == branch and said is not None and number not in self._merged:
                self._tell(said, "synchronize")

    def merge(self, number: int, agent: int, words: Words, spot: Spot) -> None:
        """Merge a pull request by a commit that an agent signs; somebody comments on that."""
        pull = self._known(Kind.PULL_REQUEST, PULL_ID + number)
        if pull is not None and number not in self._merged:
            heads = self._heads(number, self.repo)
            self._merged[number] = heads | {"merged": True, "merge_commit": self.push_merge(number, agent)}
            self._tell(pull, "closed")
            self.minutes += 1
            self.commit_comment(words, replace(spot, commit=0))

    # Comments

    def comment(self, number: int, words: Words) -> None:
        """Comment on a pull request or an issue."""
        self._comment(number, words.author, self._body(words))

    def copy(self, which: int, author: Person, number: int) -> None:
        """Say once more, as somebody else, what was said before."""
        if self.texts:
            self._comment(number, author, self._some(self.texts, which).body)

    def sticky(self, agent: int, words: Words, copier: Person | None) -> None:
        """An agent comments, and rewrites that with its claim, which somebody else may have posted before."""
        self._comment(42, AGENT, "Working on it.")
        said = self.texts[-1]
        self.minutes += 1
        body = self._body(replace(words, claim=(agent, 0)))
        if copier is not None:
            self._comment(42, copier, body)
            self.minutes += 1
        self._edit(said, body, AGENT)

    def elsewhere(self, words: Words, agent: int) -> None:
        """Another repository takes the first name; a run starts for it, and somebody comments.

        Ids and numbers are there what they are here.
        """
        if self.repo.name == self.first_name:
            self.rename(0)
            self.minutes += 1
        self.heir = replace(self.heir, updated_at=self.now)
        self.register(agent, 42, early=True)
        body = self._body(replace(words, claim=words.claim and (agent, 1)))
        self._say(Kind.ISSUE_COMMENT, words.author, body, partial(issue_comment), repo=self.heir)

    def review(self, words: Words, *, number: int, commit: int, dated: bool) -> None:
        """Submit a review; one that is not ``dated`` has no ``updated_at``, as in older payloads."""
        tell = partial(_tell_review, number=number, commit=self.some_commit(commit), dated=dated)
        self._say(Kind.REVIEW, words.author, self._body(words), tell)

    def dismiss(self, which: int, words: Words, *, edited: bool) -> None:
        """Dismiss a review, perhaps in the very second in which it is edited."""
        if not self._all(Kind.REVIEW):
            self.review(words, number=42, commit=0, dated=not edited)
            self.minutes += 1
        said = self._some(self._all(Kind.REVIEW), which)
        if edited:
            self._edit(said, self._body(words), words.author)
        self._tell(said, "dismissed", state="dismissed", sender=MAINTAINER)

    def line(self, number: int, words: Words, spot: Spot, *, review: int | None = None) -> None:
        """Comment on a line or a file, afresh; ``review`` points at the review it belongs to."""
        known = self._all(Kind.REVIEW)
        lost = review == LOST or not known
        owner = None if review is None else LOST_ID if lost else self._some(known, review).ref.id
        place: dict[str, Any] = {"path": PATHS[spot.path], "original_commit": self.some_commit(spot.commit)}
        tell = partial(self._tell_line, spot, number=number, review_id=owner, **place)
        self._say(Kind.REVIEW_COMMENT, words.author, self._body(words), tell)

    def reply(self, words: Words, which: int, *, astray: bool = False) -> None:
        """Reply in a thread; ``astray``: in one whose first comment never arrives."""
        said = self._all(*_REPLIES)
        if said:
            one = self._some(said, which)
            name = _REPLIES[one.ref.kind]
            first = LOST_ID if astray else one.tell.keywords.get(name) or one.ref.id
            self._say(one.ref.kind, words.author, self._body(words), partial(one.tell, **{name: first}))

    def commit_comment(self, words: Words, spot: Spot) -> None:
        """Comment on a commit, or on one of its lines."""
        place: dict[str, Any] = {} if spot.on is None else {"path": PATHS[spot.path], "line": LINE}
        tell = partial(_tell_commit_comment, commit=self.some_commit(spot.commit), **place)
        self._say(Kind.COMMIT_COMMENT, words.author, self._body(words), tell)

    def edit(self, which: int, words: Words, *, gone: bool = False) -> None:
        """Edit a text, as the author of the words; ``gone``: its own author's account was deleted meanwhile."""
        editable = [said for said in self.texts if said.ref.kind is not Kind.COMMIT_COMMENT and not said.deleted]
        if editable:
            said = self._some(editable, which)
            said.author = None if gone else said.author
            self._edit(said, self._body(words), words.author)

    def delete(self, which: int) -> None:
        """Delete a text."""
        there = [said for said in self._all(*_DELETED) if not said.deleted]
        if there:
            said = self._some(there, which)
            said.deleted = True
            self.parts.append(self._delivery(said, "deleted"))

    def blame(self, which: int, writers: tuple[int, int], half: int) -> None:
        """Fetch who last changed the file that a comment is on: its first half (1), its second (2), or both (0)."""
        comments = self._all(Kind.REVIEW_COMMENT)
        if comments:
            comment = self._delivery(self._some(comments, which)).payload["comment"]
            key = (comment["original_commit_id"], comment["path"], comment["side"] or "RIGHT")
            wrote = self.some_commit(writers[0]), self.some_commit(writers[1])
            first, second = self._blamed.setdefault(key, wrote)
            ranges = (BlameRange(1, HALF, first), BlameRange(HALF + 1, 99, second))
            self.parts.append(Blame(self.repo.id, *key, {1: ranges[:1], 2: ranges[1:]}.get(half, ranges)))

    # Writing

    def _body(self, words: Words) -> str:
        lines = [f"/agents improve {SENTENCES[words.sentence]}" if words.command else SENTENCES[words.sentence]]
        if words.quote is not None:
            lines = [f"> {(*SENTENCES, NEVER_SAID)[words.quote]}", "", *lines]
        if words.link is not None:
            lost = f"{self.repo.url}/pull/42#issuecomment-{LOST_ID}"
            commits = (f"{self.repo.url}/commit/{known}" for known in self.commits)
            targets = [*(said.url for said in self.texts), f"{self.repo.url}/pull/42", *commits, lost]
            lines.append(f"See {targets[words.link % len(targets)]} for it.")
        if words.claim is not None:
            lines.append(self.marks(*words.claim).hidden_comment)
        return "\n".join(lines)

    def _all(self, *kinds: Kind) -> list[Said]:
        return [said for said in self.texts if said.ref.kind in kinds]

    def _known(self, kind: Kind, id_: int) -> Said | None:
        return next((said for said in self._all(kind) if said.ref.id == id_), None)

    @staticmethod
    def _some(said: list[Said], which: int) -> Said:
        return said[-1 - which % len(said)]

    def _open_or_edit(self, kind: Kind, id_: int, words: Words, body: str, tell: partial[Delivery]) -> None:
        known = self._known(kind, id_)
        if known is None:
            self._say(kind, words.author, body, tell, given=id_)
        elif not known.deleted:
            self._edit(known, body, words.author)

    def _comment(self, number: int, author: Person, body: str) -> None:
        self._say(Kind.ISSUE_COMMENT, author, body, partial(issue_comment, number=number, on_pull=number in BRANCHES))

    def _say(
        self,
        kind: Kind,
        author: Person,
        body: str,
        tell: partial[Delivery],
        *,
        given: int | None = None,
        repo: Repo | None = None,
    ) -> None:
        """Say something new; it gets the next id of its kind in its repository unless one is given."""
        place = (repo or self.repo).id
        id_ = given or 1 + sum(said.ref.repository_id == place for said in self._all(kind))
        said = Said(ObjectRef(place, kind, id_), author, partial(tell, id=id_), body, self.now, self.now)
        told = self._delivery(said)
        said.url = next(told.payload[name]["html_url"] for name in _SUBJECTS if name in told.payload)
        self.texts.append(said)
        self.parts.append(told)

    def _edit(self, said: Said, body: str, editor: Person) -> None:
        was, said.body = said.body, body
        self._tell(said, "edited", was=was, sender=editor)

    def _tell(self, said: Said, action: str, **more: Any) -> None:  # noqa: ANN401 -- whatever its builder takes
        said.at = self.now
        self.parts.append(self._delivery(said, action, **more))

    def _delivery(self, said: Said, *action: str, **more: Any) -> Delivery:  # noqa: ANN401
        repo = self.heir if said.ref.repository_id == self.heir.id else self.repo
        stands = {"author": said.author, "body": said.body, "at": said.at, "created_at": said.created_at}
        return said.tell(repo, *action, **stands, **more)

    def _tell_pull(self, number: int, repo: Repo, action: str = "opened", **more: Any) -> Delivery:  # noqa: ANN401
        """Tell of a pull request: a merged one stays what it was then, whatever is pushed to its branch."""
        heads = self._merged.get(number) or self._heads(number, repo)
        told = pull_request(repo, action, number=number, **heads, **more)
        told.payload["pull_request"]["state"] = "closed" if number in self._merged else "open"
        return told

    def _heads(self, number: int, repo: Repo) -> dict[str, Any]:
        home = self.fork if BRANCHES[number] == "patch" else repo
        held = self.branches.get((home.id, BRANCHES[number]), [])
        count = max(1, len(held)) + ((home.id, BRANCHES[number]) in self.untold)
        head = held[-1] if held else sha("unseen head")
        return {"head": head, "branch": BRANCHES[number], "head_repo": home, "commits": count}

    def _tell_line(self, spot: Spot, repo: Repo, *action: str, original_commit: str, **more: Any) -> Delivery:  # noqa: ANN401
        """Tell of a line comment as GitHub does: its commit moves on with later pushes, and its line is gone then."""
        newest = self.some_commit(0)
        on_file = spot.on is None
        side = "LEFT" if spot.on == "removed" else spot.side if spot.on == "context" else "RIGHT"
        first = FIRST_LINE if spot.several and not on_file else None
        lines: dict[str, Any] = {} if spot.on in {"context", None} else {str(spot.on): ("a line of it",)}
        told = review_comment(
            repo,
            *action,
            commit=newest,
            original_commit=original_commit,
            line=None if on_file or newest != original_commit else LINE,
            original_line=None if on_file else LINE,
            start_line=None if newest != original_commit else first,
            side=None if on_file else side,
            subject_type="file" if on_file else "line",
            diff_hunk=hunk(context=("one",), **lines),
            **more,
        )
        told.payload["comment"] |= {"original_start_line": first, "start_side": first and side}
        return told


def _tell_review(repo: Repo, *action: str, at: str, created_at: str, dated: bool, **more: Any) -> Delivery:  # noqa: ANN401
    return review(repo, *action, at=created_at, updated_at=at if dated else None, pull_updated_at=at, **more)


def _tell_commit_comment(repo: Repo, *, created_at: str, **more: Any) -> Delivery:  # noqa: ANN401
    assert created_at == more["at"], "no event tells of a later version"
    return commit_comment(repo, **more)
