"""A business card: its photo, the reading of it, and the form to confirm what was read. Before that nothing is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from gucang.accounts.queries import administrators
from gucang.accounts.words import listed
from gucang.activity import files
from gucang.activity.actions import attachments
from gucang.activity.files.kinds import by_name
from gucang.activity.screens.files import FILE_POLICY, sentence_of
from gucang.kernel import records
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, Problem, Refused
from gucang.kernel.fields import FieldSpec
from gucang.parties.actions import contacts, customers
from gucang.parties.cards import reading
from gucang.parties.cards.fields import Card
from gucang.parties.cards.reading import Waiting
from gucang.parties.models import Contact
from gucang.parties.screens.customers import likely_duplicates
from gucang.surface import nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast
from gucang.surface.screens.common import sentences
from gucang.surface.screens.forms import form_status, new_key, once, writable
from gucang.surface.screens.inputs import input_for, typed

OF_CONTACT = {
    "name": "name", "position": "title", "mobile": "mobile", "phone": "phone", "email": "email", "wechat": "wechat",
}  # fmt: skip
OF_CUSTOMER = {"name": "company", "phone": "phone", "website": "website", "address": "address"}
CUSTOMER = "customer"  # the picker; what belongs to a new customer is called customer-name and so on


def _may(request: CompanyRequest) -> None:
    if not request.actor.may(contacts.create.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def new(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Take a picture of a card, or choose one."""
    _may(request)
    error = ""
    if request.method == "POST":
        upload = next(iter([*request.FILES.getlist("card"), *request.FILES.getlist("photo")]), None)
        try:
            if upload is None:
                raise Invalid({"card": [_t("Choose a photo of the card.")]})
            return go(request, _url(request, reading.receive(request.actor, upload)))
        except Invalid as problem:
            error = sentence_of(problem)
    context = {
        "error": error,
        "installed": reading.installed(),
        "may_install": request.actor.may("company.edit"),
        "whom": listed(member.name for member in administrators()) if not reading.installed() else "",
    }
    return render(request, "parties/new_card.html", context, status=422 if error else 200)


def _url(request: CompanyRequest, waiting: Waiting) -> str:
    return f"{request.base}/cards/{waiting.file}"


@require_GET
@answered
def state(request: CompanyRequest, file: str, **_address: str) -> HttpResponse:
    """Whether the card has been read: asked every second, and in the end the page is loaded anew."""
    waiting = reading.find(request.actor, file)
    if waiting.state != reading.WAITING:
        return go(request, _url(request, waiting))
    return fragment(request, "parties/_reading.html", {"url": _url(request, waiting)})


@require_GET
@answered  # type: ignore[arg-type]  # the answer is a stream
def photo(request: CompanyRequest, file: str, **_address: str) -> HttpResponseBase:
    """The photo of a card that waits, for who brought it."""
    waiting = reading.find(request.actor, file)
    response = FileResponse(files.open_file(waiting.file), content_type=by_name(waiting.name).content_type)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def confirm(request: CompanyRequest, file: str, **_address: str) -> HttpResponse:
    """The form with what was read, to correct and save: a contact, at a customer that is there or a new one."""
    _may(request)
    waiting = reading.find(request.actor, file)
    if request.method == "POST":
        return _save(request, waiting)
    if waiting.contact is not None:
        return go(request, f"{request.base}/contacts/{waiting.contact}")
    if waiting.state == reading.WAITING and "by_hand" not in request.GET:
        return render(request, "parties/reading.html", {"url": _url(request, waiting)})
    card = waiting.card()
    found = _duplicates(request, card.company, card.mobile or card.phone)
    known = next((one for one in found if one.url), None)
    values = {name: getattr(card, read) for name, read in OF_CONTACT.items()}
    values |= {f"customer-{name}": getattr(card, read) for name, read in OF_CUSTOMER.items()}
    values[CUSTOMER] = known.url.rsplit("/", 1)[1] if known else ""
    return _form(request, waiting, values, {}, found)


def _duplicates(request: CompanyRequest, name: str, phone: str) -> list[panels.Advice]:
    return likely_duplicates(records.get("customer"), {"name": name, "phone": phone}, request.actor)


def _specs(request: CompanyRequest) -> dict[str, FieldSpec]:
    """The form's fields by their names in it: those of the contact and of the new customer that this person fills."""
    contact = writable(records.get("contact"), request, None)
    found = {name: contact[name] for name in (CUSTOMER, *OF_CONTACT) if name in contact}
    if CUSTOMER in found:
        found[CUSTOMER] = replace(found[CUSTOMER], required=False)
    if request.actor.may(customers.create.name):
        customer = writable(records.get("customer"), request, None)
        for name in OF_CUSTOMER:
            if name in customer:
                called = f"customer-{name}"
                found[called] = replace(customer[name], name=called, required=False)
    return found


def _form(
    request: CompanyRequest,
    waiting: Waiting,
    values: Mapping[str, Any],
    problems: Mapping[str, Sequence[str]],
    advice: Sequence[panels.Advice],
    status: int = 200,
) -> HttpResponse:
    inputs = {
        name: input_for(request, spec, values.get(name), error=" ".join(problems.get(name, ())))
        for name, spec in _specs(request).items()
    }
    of_customer = [one for name, one in inputs.items() if name.startswith("customer-")]
    context = {
        "inputs": [one for name, one in inputs.items() if name in OF_CONTACT],
        "picker": inputs.get(CUSTOMER),
        "of_customer": of_customer,
        "wrong": [(f"f-{name}", sentence) for name, many in problems.items() if name in inputs for sentence in many],
        "whole": [sentence for name, many in problems.items() if name not in inputs for sentence in many],
        "advice": advice,
        "checked": values.get("customer-name", "") if advice else "",
        "unread": waiting.state == reading.UNREAD,
        "empty": waiting.state == reading.DONE and waiting.card() == Card(),
        "photo_url": f"{_url(request, waiting)}/photo",
        "key": request.POST.get("_key") or new_key(),
        "cancel_url": f"{request.base}/cards/new",
    }
    return render(request, "parties/card.html", context, status)


def _save(request: CompanyRequest, waiting: Waiting) -> HttpResponse:
    raw = typed(request.POST, _specs(request))
    name, phone = str(raw.get("customer-name", "")), str(raw.get("mobile") or raw.get("customer-phone") or "")
    makes_customer = not raw.get(CUSTOMER)
    asked = waiting.contact is not None or request.POST.get("_checked") == name
    if makes_customer and not asked and (found := _duplicates(request, name, phone)):
        return _form(request, waiting, raw, {}, found)
    try:
        pk = once(request, lambda: _make(request, waiting, raw))
    except Problem as problem:
        return _form(request, waiting, raw, sentences(problem), (), status=form_status(problem))
    if waiting.contact is None:
        reading.keep(replace(waiting, contact=pk))
    return go(request, f"{request.base}/contacts/{pk}")


def _make(request: CompanyRequest, waiting: Waiting, raw: Mapping[str, Any]) -> int:
    """The customer where there is none yet, the contact, and the photo on it: all or nothing, but for the photo."""
    values = {name: raw[name] for name in OF_CONTACT if name in raw}
    try:
        with transaction.atomic():
            values[CUSTOMER] = raw.get(CUSTOMER)
            if not values[CUSTOMER]:
                values |= {CUSTOMER: _new_customer(request, raw), "is_primary": True}
            made: Contact = contacts.create(actor=request.actor, values=values, request_id=request.request_id).record
    except NeedsApproval:
        # Two records at once cannot wait for each other's approval.
        raise Refused(_t("This needs an approval here. Enter it by its own form; the card stays here.")) from None
    photo: dict[str, Any] = {"about_type": "contact", "about_id": made.pk, "file": waiting.file, "name": waiting.name}
    if request.actor.may(attachments.create.name):
        try:
            with transaction.atomic():
                attachments.create(actor=request.actor, **photo, request_id=request.request_id)
        except Problem as problem:
            toast(request, sentence_of(problem))
    toast(request, _t("%(what)s added.") % {"what": records.get("contact").label})
    return made.pk


def _new_customer(request: CompanyRequest, raw: Mapping[str, Any]) -> Any:
    values = {name: raw[f"customer-{name}"] for name in OF_CUSTOMER if f"customer-{name}" in raw}
    if not values.get("name"):
        raise Invalid({CUSTOMER: [_t("Choose the customer, or type the name of a new one.")]})
    try:
        return customers.create(actor=request.actor, values=values, request_id=request.request_id).record
    except Invalid as problem:
        raise Invalid({f"customer-{name}": words for name, words in problem.fields.items()}) from problem


nav.quick_link(_("Business card"), "id", "/cards/new", "contact.create", 45)
