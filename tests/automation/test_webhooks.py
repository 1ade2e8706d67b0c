"""Out into the world: what is sent, how it is signed, what happens when nobody answers, and where it may not go."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gucang.accounts.models import Role
from gucang.automation import actions, webhooks
from gucang.automation.models import AutomationRun, Delivery, DeliveryState, Outcome, Secret
from gucang.automation.steps import write
from gucang.kernel import actions as kernel_actions
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Event
from gucang.messages.models import Notification
from gucang.parties.actions import customers

PHONE = "13912349876"


@dataclass
class Listener:
    """A server of this test: it keeps what it gets and answers the statuses it was given, in turn, then 200."""

    url: str
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@pytest.fixture
def listener(settings: Any) -> Iterator[Listener]:
    settings.WEBHOOK_LOOPBACK = True
    found = Listener("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = found.answers.pop(0) if found.answers else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


def test_a_webhook_carries_the_record_and_a_signature_that_holds(
    inside: Any, automate: Any, alice: Any, listener: Listener
) -> None:
    with inside():
        automation = automate(
            {"kind": "webhook", "url": f"{listener.url}/hook?x=1"}, about="customer", trigger="created"
        )
        made = customers.create(actor=alice, values={"name": "恒立机械", "city": "苏州"})
        secret = Secret.objects.get().value
        assert secret not in json.dumps(list(Event.objects.values_list("changes", "facts")), default=str)
    jobs.drain()
    ((headers, body),) = listener.got
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"
    told = json.loads(body)
    assert (told["type"], told["event_id"]) == ("customer.create", made.event.id)
    assert (told["record"]["name"], told["record"]["city"]) == ("恒立机械", "苏州")
    assert told["automation"]["id"] == automation.pk
    with inside():
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.DELIVERED, 200, 1)


@pytest.mark.parametrize("rule", ["hidden", "masked"])
def test_what_the_owner_may_not_see_is_not_sent(
    inside: Any, automate: Any, alice: Any, mia: Any, listener: Listener, rule: str
) -> None:
    with inside():
        automate({"kind": "webhook", "url": listener.url}, about="customer", trigger="created")
        role = Role.objects.get(key="sales_manager")
        fields = "\n".join(f"customer.{name} {rule}" for name in ("phone", "city"))
        grants = "\n".join(f"{name} {reach}" for name, reach in role.grants.items())
        kernel_actions.get("role.set_rights")(role, actor=system(), grants=grants, field_rules=fields)
        customers.create(actor=alice, values={"name": "恒立机械", "phone": PHONE, "city": "苏州"})
    jobs.drain()
    ((_headers, body),) = listener.got
    assert PHONE[-8:].encode() not in body
    assert "苏".encode() not in body
    record = json.loads(body)["record"]
    assert {"phone", "city", "_masked"} & set(record) == set()
    assert record["name"] == "恒立机械"


def test_a_server_that_stumbles_gets_it_again_under_the_same_id(
    inside: Any, automate: Any, alice: Any, listener: Listener
) -> None:
    listener.answers = [500, 302, 503]
    with inside():
        automate({"kind": "webhook", "url": listener.url}, about="customer", trigger="created")
        customers.create(actor=alice, values={"name": "恒立机械"})
    jobs.drain()
    assert len(listener.got) == 4, "three refusals, of which a redirect is one, then 200"
    assert len({headers["webhook-id"] for headers, _body in listener.got}) == 1
    with inside():
        assert Delivery.objects.get().state == DeliveryState.DELIVERED
        assert AutomationRun.objects.get().outcome == Outcome.DONE


def test_the_tries_lie_farther_and_farther_apart(inside: Any, automate: Any, alice: Any, listener: Listener) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    listener.answers = [500] * 3
    with inside():
        automate({"kind": "webhook", "url": listener.url}, about="customer", trigger="created")
        customers.create(actor=alice, values={"name": "恒立机械"})
    jobs.drain()
    later = ProcrastinateJob.objects.filter(args__job="automation.deliver", scheduled_at__isnull=False).order_by("id")
    minutes = [round((job.scheduled_at - clock.now()).total_seconds() / 60) for job in later if job.scheduled_at]
    assert minutes == [1, 5, 30]


def test_nobody_there_is_given_up_at_last_and_the_owner_hears_of_it(
    inside: Any, automate: Any, alice: Any, mia: Any, settings: Any
) -> None:
    settings.WEBHOOK_LOOPBACK = True
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with inside():
        automate({"kind": "webhook", "url": f"http://127.0.0.1:{port}/"}, about="customer", trigger="created")
        customers.create(actor=alice, values={"name": "恒立机械"})
    jobs.drain()
    with inside():
        delivery = Delivery.objects.get()
        assert (delivery.state, delivery.status, delivery.attempts) == (DeliveryState.GIVEN_UP, None, 8)
        assert delivery.problem == "The connection failed."
        assert AutomationRun.objects.get().outcome == Outcome.FAILED
        assert Notification.objects.filter(member=mia, kind="automation_paused").count() == 1


def test_a_record_that_went_out_of_sight_meanwhile_is_not_sent(
    inside: Any, automate: Any, alice: Any, adam: Any, listener: Listener
) -> None:
    listener.answers = [500]
    with inside():
        automate({"kind": "webhook", "url": listener.url}, about="customer", trigger="created")
        made = customers.create(actor=alice, values={"name": "恒立机械"}).record
        customers.delete(made, actor=adam)
    jobs.drain()
    assert listener.got == []


def test_a_new_secret_signs_from_then_on_and_only_the_owner_makes_one(
    inside: Any, automate: Any, mia: Any, listener: Listener
) -> None:
    with inside():
        automation = automate({"kind": "webhook", "url": listener.url}, about="customer", trigger="created")
        before = Secret.objects.get().value
        actions.new_secret(automation, actor=mia)
        assert Secret.objects.get().value != before


# --- where it may not go ---------------------------------------------------------------------------------------------

NOWHERE = [
    "http://example.com/", "ftp://example.com/", "https://127.0.0.1/", "https://127.1/", "https://0/",
    "https://0x7f.1/", "https://0177.0.0.1/", "https://2130706433/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/", "https://[::ffff:a9fe:a9fe]/", "https://[64:ff9b::7f00:1]/",
    "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://10.0.0.1/", "https://192.168.1.1/",
    "https://172.16.0.1/", "https://[fe80::1%25lo]/", "https://[fc00::1]/", "https://localhost/",
    "https://localhost./", "https://LOCALHOST/", "https://ⓛocalhost/", "https://127。0。0。1/",
    "https://user@127.0.0.1/", "https://example.com@127.0.0.1/", "https://127.0.0.1#@example.com/",
    "https://example.com\\@127.0.0.1/", "https://example.com:22/", "https://example.com:5432/", "https://example.com:x/",
    "file:///etc/passwd", "gopher://127.0.0.1:70/", "unix:/run/x", "data:text/plain,x", "https://", "//127.0.0.1/",
    "https://intranet/", "https://exa mple.com/", "https://example.com/\r\nX: y", "https://" + "a" * 600 + ".com/",
    "https://[2002:7f00:1::]/", "https://224.0.0.1/", "https://0.0.0.0/", "https://[::]/",
]  # fmt: skip


@pytest.mark.parametrize("url", NOWHERE)
def test_an_address_inside_is_refused_when_it_is_written(url: str) -> None:
    with pytest.raises(webhooks.BadAddress):
        webhooks.check_url(url)


@pytest.mark.parametrize("url", ["https://example.com/hook?a=1", "https://example.com:8443/", "https://93.184.216.34/"])
def test_a_public_address_is_taken(url: str) -> None:
    assert webhooks.check_url(url) == url


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["93.184.216.34", "10.0.0.5"], ["::ffff:10.0.0.1"], ["fe80::1"]])
def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(
    monkeypatch: pytest.MonkeyPatch, answers: list[str]
) -> None:
    dialled = watch_dialling(monkeypatch, [answers])
    answer = webhooks.post("https://hook.example.com/", b"{}", {})
    assert (answer.status, answer.delivered) == (None, False)
    assert "private" in answer.problem
    assert dialled == []


def test_a_name_that_changes_its_mind_is_asked_once_and_the_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = watch_dialling(monkeypatch, [["93.184.216.34"], ["127.0.0.1"]])
    answer = webhooks.post("https://hook.example.com/", b"{}", {})
    assert answer.problem == "The connection failed."
    assert dialled == [("93.184.216.34", 443)]


def watch_dialling(monkeypatch: pytest.MonkeyPatch, lookups: list[list[str]]) -> list[tuple[str, int]]:
    """Answer name look-ups from a list, and note which addresses are dialled; nothing leaves this machine."""
    dialled: list[tuple[str, int]] = []

    def look_up(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in lookups.pop(0)]

    def dial(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", dial)
    return dialled


def test_the_switch_for_tests_opens_this_machine_and_nothing_else(settings: Any) -> None:
    settings.WEBHOOK_LOOPBACK = True
    assert webhooks.check_url("http://127.0.0.1:9000/x")
    for url in ("http://10.0.0.1/", "https://192.168.1.1/", "http://example.com/"):
        with pytest.raises(webhooks.BadAddress):
            webhooks.check_url(url)


def test_a_step_with_such_an_address_is_refused_in_words(inside: Any, automate: Callable[..., Any], mia: Any) -> None:
    with inside():
        automation = automate(on=False)
        with pytest.raises(Invalid, match="内部网络"):
            steps = write([{"kind": "webhook", "url": "https://10.0.0.1/"}])
            actions.set_steps(automation, actor=mia, steps=steps)
