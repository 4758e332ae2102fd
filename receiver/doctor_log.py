"""Looking the App's delivery log over: what GitHub could not deliver, and whether it has arrived since."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from receiver import missed as missing
from receiver.checkup import Check, counted, not_checked, ok, reasons, wrong
from receiver.wiring import Services
from resolver.github.shapes import HookDeliveryShape

if TYPE_CHECKING:
    from resolver.github.client import HttpGithub

LOG, MISSED = "delivery_log", "missed_deliveries"
NAMES = (LOG, MISSED)

_REMEDIES = {
    0: "see that the webhook's URL can be reached from the internet, and that its certificate holds",
    HTTPStatus.UNAUTHORIZED: "set the webhook's secret at GitHub to one of WHICHRUN_WEBHOOK_SECRETS",
    HTTPStatus.NOT_FOUND: "the webhook's URL must end with /webhooks/github, behind the proxy too",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "let the proxy in front take bodies of 25 MB (deploy/nginx.conf)",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "choose application/json in the App's settings at GitHub, General, Webhook",
    HTTPStatus.BAD_GATEWAY: "see that `whichrun serve` runs behind the proxy",
    HTTPStatus.SERVICE_UNAVAILABLE: "see the check of the database: it could not take them",
    HTTPStatus.GATEWAY_TIMEOUT: "see that `whichrun serve` runs behind the proxy",
}
_OTHERWISE = "see the service's log at that time, and the App's settings at GitHub, Advanced, Recent deliveries"


def log(services: Services, github: HttpGithub, *, has_store: bool) -> Iterator[Check]:
    """Look at the last hundred deliveries. Those that failed and came later are well again."""
    entries, _ = github.hook_deliveries(None)
    arrived = {one.guid for one in entries if _is_well(one)}
    failed = [one for one in entries if not _is_well(one)]
    lost = {one.guid: one for one in reversed(failed) if one.guid not in arrived}
    if has_store and lost:
        lacking = services.store.missing_guids(lost)
        lost = {guid: one for guid, one in lost.items() if guid in lacking}
    total = f"{len(failed)} of the last {counted(len(entries), 'delivery', 'deliveries')} failed"
    if not failed:
        yield ok(LOG, f"none of the last {counted(len(entries), 'delivery', 'deliveries')} failed")
    elif not lost:
        yield ok(LOG, f"{total} ({_why(failed)}); all have arrived since")
    else:
        codes = dict.fromkeys(one.status_code for one in lost.values())
        remedies = dict.fromkeys(_REMEDIES.get(code, _OTHERWISE) for code in codes)
        yield wrong(
            LOG,
            f"{total} ({_why(failed)}); {len(lost)} did not arrive since",
            "; ".join([*remedies, "a running worker asks for them again within ten minutes"]),
        )


def missed(services: Services, *, has_store: bool) -> Iterator[Check]:
    """Look at what came of the last look for missed deliveries."""
    if not has_store:
        yield from not_checked((MISSED,), "the database cannot be read")
        return
    state = services.store.progress(missing.TURN)
    if not state:
        yield from not_checked((MISSED,), "no worker has looked for them yet: `whichrun serve` starts one that does")
        return
    error = state.get("error")
    if error:
        yield wrong(
            MISSED,
            f"the last look for missed deliveries failed: {error}",
            "see the checks of the App above; the next look is made within ten minutes",
        )
    else:
        yield ok(MISSED, "the last look through the log went well: what was missed is asked for again")


def _is_well(one: HookDeliveryShape) -> bool:
    return HTTPStatus.OK <= one.status_code < HTTPStatus.MULTIPLE_CHOICES


def _why(failed: Iterable[HookDeliveryShape]) -> str:
    return reasons(one.status or f"answered with {one.status_code}" for one in failed)
