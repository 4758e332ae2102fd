"""A run from its registration to the commit that names it: real service, real git, real hooks."""

from __future__ import annotations

from pathlib import Path

import requests

from receiver.client import Client, Registered
from tests.support.commits import Work
from tests.support.deliveries.places import commit, push
from tests.support.deliveries.values import Repo
from tests.support.service import API_TOKEN, COMMAND, WEBHOOK_SECRET, Service, running, until


def named(service: Service, run: Registered) -> dict[str, str]:
    """Return what a runner puts into its agent's environment."""
    return {"WHICHRUN_URL": service.url, "WHICHRUN_TOKEN": API_TOKEN, "WHICHRUN_RUN": run.run["span_id"]}


def test_a_commit_made_with_the_hook_leads_to_its_run(tmp_path: Path) -> None:
    """What `git commit` makes in a repository with the hooks is, once pushed, answered with the run, exactly."""
    work = Work(tmp_path / "work", given={}, hooked=False)
    work.tool(*COMMAND, "hook", "install")
    with running(tmp_path) as service:
        client = Client.at(service.url, token=API_TOKEN)
        run = client.register_run(span_id="428ecb0920459b24", repository="acme/widgets", agent_name="coder")
        work.given = named(service, run)
        message = work.commit("-m", "Fix the parser")
        sha = work.git("rev-parse", "HEAD").strip()
        pushed = push(Repo(), commits=[commit(sha, message.strip())])
        headers = pushed.headers(WEBHOOK_SECRET)
        assert requests.post(f"{service.url}/webhooks/github", data=pushed.body, headers=headers, timeout=10).ok

        url = f"https://github.com/acme/widgets/commit/{sha}"
        answer = until(lambda: (found := client.resolve(url))["span_id"] and found)

    assert (answer["confidence"], answer["run"]["agent_name"]) == ("exact", "coder")
