"""What GitHub would deliver about one repository: one method for each event of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from receiver.demo.github import NO_COMMIT, Account, Commit, Delivery, Issue, Json, Line, Post, Pull, new_id
from resolver.times import write


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook of one repository: makes its deliveries."""

    repository: str
    created_at: datetime
    repository_id: int = field(default_factory=new_id)
    installation_id: int = field(default_factory=new_id)

    def ping(self, sender: Account) -> Delivery:
        """GitHub's first delivery, when the webhook is set up."""
        hook_id = new_id()
        return self._delivery(
            "ping", sender, {"zen": "Design for failure.", "hook_id": hook_id, "hook": {"id": hook_id}}
        )

    def issue_opened(self, issue: Issue) -> Delivery:
        """Somebody opened an issue."""
        return self._delivery("issues", issue.author, {"action": "opened", "issue": self._issue(issue)})

    def push(self, branch: str, head: Commit, *, before: str = NO_COMMIT) -> Delivery:
        """Somebody pushed a commit to a branch."""
        payload: Json = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": head.sha,
            "created": before == NO_COMMIT,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "compare": f"{self._url}/compare/{before[:12]}...{head.sha[:12]}",
            "commits": [self._commit(head)],
            "head_commit": self._commit(head),
            "pusher": {"name": head.author.login, "email": _email(head.author)},
        }
        delivery = self._delivery("push", head.author, payload)
        # In this event alone GitHub writes two of the repository's times in seconds.
        times = {"created_at": int(self.created_at.timestamp()), "pushed_at": int(head.at.timestamp())}
        delivery.payload["repository"].update(times)
        return delivery

    def pull_request(self, action: str, pull: Pull, sender: Account, **more: str) -> Delivery:
        """A pull request was opened, or its head moved (``synchronize``, with ``before`` and ``after``)."""
        payload = {"action": action, "number": pull.number, "pull_request": self._pull(pull), **more}
        return self._delivery("pull_request", sender, payload)

    def review(self, pull: Pull, review: Post, *, commit: str) -> Delivery:
        """Somebody submitted a review; GitHub makes one without a text for each single comment and reply, too."""
        url = f"{self._url}/pull/{pull.number}#pullrequestreview-{review.id}"
        text = self._post(review, url) | {
            "body": review.body or None,
            "state": "commented",
            "submitted_at": write(review.at),
            "commit_id": commit,
            "pull_request_url": self._api(f"pulls/{pull.number}"),
        }
        payload = {"action": "submitted", "review": text, "pull_request": self._pull(pull)}
        return self._delivery("pull_request_review", review.author, payload)

    def review_comment(
        self, pull: Pull, comment: Post, line: Line, *, review: Post, reply_to: Post | None = None
    ) -> Delivery:
        """Somebody commented a line, or replied to the comment that began a thread on it."""
        url = f"{self._url}/pull/{pull.number}#discussion_r{comment.id}"
        text = self._post(comment, url) | {
            "pull_request_review_id": review.id,
            "pull_request_url": self._api(f"pulls/{pull.number}"),
            "path": line.path,
            "diff_hunk": line.hunk,
            "commit_id": line.commit,
            "original_commit_id": line.commit,
            "line": line.line,
            "original_line": line.line,
            "start_line": None,
            "original_start_line": None,
            "side": "RIGHT",
            "start_side": None,
            "subject_type": "line",
        }
        if reply_to is not None:
            text["in_reply_to_id"] = reply_to.id
        payload = {"action": "created", "comment": text, "pull_request": self._pull(pull)}
        return self._delivery("pull_request_review_comment", comment.author, payload)

    def issue_comment(self, issue: Issue, comment: Post) -> Delivery:
        """Somebody wrote into the conversation of an issue or a pull request."""
        place = "pull" if issue.is_pull else "issues"
        url = f"{self._url}/{place}/{issue.number}#issuecomment-{comment.id}"
        text = self._post(comment, url) | {"issue_url": self._api(f"issues/{issue.number}")}
        payload = {"action": "created", "issue": self._issue(issue), "comment": text}
        return self._delivery("issue_comment", comment.author, payload)

    @property
    def _url(self) -> str:
        return f"https://github.com/{self.repository}"

    def _api(self, path: str) -> str:
        return f"https://api.github.com/repos/{self.repository}/{path}"

    def _delivery(self, event: str, sender: Account, payload: Json) -> Delivery:
        owner, _, name = self.repository.partition("/")
        repository = {
            "id": self.repository_id,
            "name": name,
            "full_name": self.repository,
            "private": False,
            "owner": {"login": owner, "id": self.repository_id, "type": "Organization"},
            "html_url": self._url,
            "default_branch": "main",
            "created_at": write(self.created_at),
            "updated_at": write(self.created_at),
            "pushed_at": write(self.created_at),
        }
        installation = {"id": self.installation_id}
        return Delivery(
            event, payload | {"repository": repository, "sender": sender.json(), "installation": installation}
        )

    def _post(self, post: Post, url: str) -> Json:
        return {
            "id": post.id,
            "user": post.author.json(),
            "author_association": post.author.association,
            "body": post.body,
            "created_at": write(post.at),
            "updated_at": write(post.at),
            "html_url": url,
        }

    def _issue(self, issue: Issue) -> Json:
        place = "pull" if issue.is_pull else "issues"
        text = self._post(
            Post(issue.author, issue.body, issue.opened_at, issue.id), f"{self._url}/{place}/{issue.number}"
        )
        text |= {"number": issue.number, "title": issue.title, "state": "open", "closed_at": None}
        if issue.is_pull:
            text["pull_request"] = {"html_url": f"{self._url}/pull/{issue.number}"}
        return text

    def _pull(self, pull: Pull) -> Json:
        text = self._post(Post(pull.author, pull.body, pull.opened_at, pull.id), f"{self._url}/pull/{pull.number}")
        return text | {
            "number": pull.number,
            "title": pull.title,
            "state": "open",
            "draft": False,
            "merged": False,
            "merge_commit_sha": None,
            "merged_at": None,
            "closed_at": None,
            "updated_at": write(pull.moved_at or pull.opened_at),
            "commits": pull.commits,
            "head": self._end(pull.branch, pull.head),
            "base": self._end("main", pull.base),
        }

    def _end(self, branch: str, sha: str) -> Json:
        repository = {"id": self.repository_id, "full_name": self.repository}
        owner = self.repository.partition("/")[0]
        return {"label": f"{owner}:{branch}", "ref": branch, "sha": sha, "repo": repository}

    def _commit(self, commit: Commit) -> Json:
        who = {"name": commit.author.login, "email": _email(commit.author), "username": commit.author.login}
        return {
            "id": commit.sha,
            "tree_id": commit.sha[::-1],
            "distinct": True,
            "message": commit.message,
            "timestamp": write(commit.at),
            "url": f"{self._url}/commit/{commit.sha}",
            "author": who,
            "committer": who,
            "added": list(commit.added),
            "removed": [],
            "modified": list(commit.modified),
        }


def _email(account: Account) -> str:
    return f"{account.id}+{account.login}@users.noreply.github.com"
