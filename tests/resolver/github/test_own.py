from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from resolver.errors import GithubAnswerError, GithubRefusedError
from resolver.github.client import HttpGithub
from resolver.github.credentials import Credentials
from resolver.model.asking import Place
from tests.support.builders import Delivery
from tests.support.github import StandIn, key_pair
from tests.support.scripted import PLACE, Memory, Scripted, client, over_http, told


def clock() -> datetime:
    """Return the real time."""
    return datetime.now(UTC)


def test_the_app_and_its_webhook(stand_in: StandIn) -> None:
    """What it is, what it may do, and where its webhooks go."""
    stand_in.app.hook_url = "https://whichrun.example/webhooks/github"
    github = over_http(stand_in.url)
    app, hook = github.app(), github.hook()
    assert (app.id, app.permissions["contents"]) == (12345, "read")
    assert "issue_comment" in app.events
    assert (hook.url, hook.content_type, hook.insecure_ssl) == (stand_in.app.hook_url, "json", "0")


def test_all_installations(stand_in: StandIn) -> None:
    """Of many, every page; suspended ones say since when."""
    for number in range(1000, 1230):
        stand_in.install(id=number, account=f"account-{number}")
    stand_in.suspend(77)
    found = {one.id: one for one in over_http(stand_in.url).installations()}
    assert found.keys() == {77, *range(1000, 1230)}
    assert found[77].suspended_at is not None
    assert found[1000].suspended_at is None


def test_installations_without_end_are_no_answer() -> None:
    """A hundred pages of a hundred are more than an App has."""
    number = iter(range(2, 1000))
    transport = Scripted(lambda _: told(200, [], link=f'<https://api.github.com/x?page={next(number)}>; rel="next"'))
    with pytest.raises(GithubAnswerError, match="more than 100 pages"):
        client(transport).installations()


def test_the_installation_of_a_repository(stand_in: StandIn) -> None:
    """None where the App is not installed."""
    stand_in.repository(id=9002, name="acme/other")
    github = over_http(stand_in.url)
    found = github.installation_of("acme/widgets")
    assert found is not None
    assert found.id == 77
    assert github.installation_of("acme/other") is None
    assert github.installation_of("acme/nowhere") is None


def test_a_repository(stand_in: StandIn) -> None:
    """By whatever name the place has; the installation is looked up where it is not known."""
    stand_in.repositories[9001].rename("acme/gadgets")
    github = over_http(stand_in.url)
    for place in (PLACE, Place(9001, "acme/gadgets")):
        found = github.repository(place)
        assert found is not None
        assert (found.id, found.full_name, found.default_branch) == (9001, "acme/gadgets", "main")


def test_the_delivery_log_page_by_page(stand_in: StandIn) -> None:
    """Newest first, a hundred on a page, until there is no cursor; what failed is sent again when it is asked for."""
    begin = clock() - timedelta(hours=1)
    failed = [
        stand_in.deliver_failed(
            Delivery("ping", {"zen": "x"}, f"00000000-0000-4000-8000-{number:012}"),
            at=begin + timedelta(seconds=number),
        )
        for number in range(230)
    ]
    github = over_http(stand_in.url)
    told_ids: list[int] = []
    sizes: list[int] = []
    cursor: str | None = None
    while True:
        deliveries, cursor = github.hook_deliveries(cursor)
        told_ids += [one.id for one in deliveries]
        sizes.append(len(deliveries))
        if cursor is None:
            break
    assert sizes == [100, 100, 30]
    assert told_ids == [one.id for one in reversed(failed)]
    assert github.redeliver(failed[0].id)
    assert not github.redeliver(999_999_999)
    (newest, *_), _ = github.hook_deliveries()
    assert newest.redelivery
    assert newest.guid == failed[0].delivery.guid


def test_a_cursor_that_leads_back_is_no_answer() -> None:
    """The log would be read for ever."""
    transport = Scripted(lambda _: told(200, [], link='<https://api.github.com/x?cursor=v1_1>; rel="next"'))
    github = client(transport)
    assert github.hook_deliveries() == ((), "v1_1")
    with pytest.raises(GithubAnswerError, match="leads back"):
        github.hook_deliveries("v1_1")


def test_credentials_that_are_wrong(stand_in: StandIn) -> None:
    """Another key, or another number: each is said to be refused, wherever it is noticed."""
    wrong_key = Credentials(12345, private_key=key_pair("other").private_pem.decode(), clock=clock)
    wrong_app = Credentials(54321, private_key=key_pair().private_pem.decode(), clock=clock)
    for credentials in (wrong_key, wrong_app):
        github = HttpGithub(credentials, Memory(), clock=clock, api_url=stand_in.url)
        for ask in (github.app, github.installations, lambda one=github: one.issue_comment(PLACE, 11)):
            with pytest.raises(GithubRefusedError, match="GitHub does not accept the App's credentials"):
                ask()
        github.close()


def test_an_app_that_is_not_there_is_no_answer() -> None:
    """GitHub has one for whoever asks with good credentials."""
    with pytest.raises(GithubAnswerError, match="status 404"):
        client(Scripted(lambda _: told(404))).app()


def test_the_time_by_githubs_clock(stand_in: StandIn) -> None:
    """For whoever wants to know how far the own clock is off."""
    github = over_http(stand_in.url)
    github.app()
    assert abs(github.server_time() - clock()) < timedelta(seconds=5)
