"""Pages outside any company: the way in, joining, setting up, and a person's own sign-ins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gucang.accounts import devices, kept, second_step
from gucang.accounts.actions import members
from gucang.accounts.models import Invitation, Member, SetupLink, User, hash_key
from gucang.accounts.people import note, remember_browser, remember_language, save_looks
from gucang.accounts.queries import companies_of
from gucang.accounts.resolver import LAST_COMPANY
from gucang.accounts.setup import add_administrator, create_company
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid, Problem
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.kernel.text import BadText, clean_text
from gucang.surface.render import render

# Fields of forms that carry no words of a person.
UNSAID = frozenset({"about_id", "about_type", "key", "next", "query", "seen", "version"})
BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the page wanted before a second step, to the only company or the last one; else let the person choose."""
    if (wanted := request.session.pop(second_step.WANTED, None)) is not None:
        return HttpResponseRedirect(wanted)
    places = companies_of(request.user)  # type: ignore[arg-type]
    last = request.session.get(LAST_COMPANY)
    found = places[0] if len(places) == 1 else next((place for place in places if place.slug == last), None)
    if found is not None:
        return HttpResponseRedirect(f"/{found.slug}/")
    return HttpResponseRedirect("/companies/" if places else "/welcome/")


@never_cache
@login_required
def show_second_step(request: HttpRequest) -> HttpResponse:
    """Ask for a second step, for a company that wants one of everybody; whoever has one goes on to what they wanted."""
    if second_step.has_one(request.user):  # type: ignore[arg-type]
        return HttpResponseRedirect("/")
    others = len(companies_of(request.user)) > 1  # type: ignore[arg-type]
    slug = request.session.get(LAST_COMPANY)
    return render(
        request, "accounts/second_step.html", {"company": Company.objects.filter(slug=slug).first(), "others": others}
    )


@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """The companies of a person."""
    return render(request, "accounts/companies.html", {"workplaces": companies_of(request.user)})  # type: ignore[arg-type]


@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """For a person who is in no company (yet, or any more)."""
    if companies_of(request.user):  # type: ignore[arg-type]
        return HttpResponseRedirect("/")
    return render(request, "accounts/welcome.html")


@require_POST
def change_looks(request: HttpRequest, **_company: str) -> HttpResponse:
    """Language, theme, text size and keys: kept with the person, the language in the browser too."""
    user = request.user if request.user.is_authenticated else User(language=request.POST.get("language", ""))
    chosen = {name: request.POST.get(name, "") for name in ("language", "theme", "text_size", "keys")}
    if user.pk is not None:
        user = save_looks(user, **chosen)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    if "HX-Request" in request.headers or request.headers.get("Accept", "").startswith("application/json"):
        response = HttpResponse(status=204)
    else:
        response = HttpResponseRedirect(target)
    return remember_language(response, user) if chosen["language"] in ("zh-hans", "en") else response


@dataclass
class Session:
    """One sign-in of the person, as the page shows it."""

    pk: int
    device: str
    ip: str
    created_at: datetime
    current: bool


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """Where somebody is signed in; end one, or all others."""
    own = UserSession.objects.purge_and_list(request.user)
    if request.method == "POST":
        wanted = request.POST.get("session", "")
        for session in own:
            others = "others" in request.POST and not session.is_current()
            if others or str(session.pk) == wanted:
                session.end()
                note("session_revoked", request, request.user, ip=session.ip)  # type: ignore[arg-type]
        return HttpResponseRedirect(request.path)
    shown = [
        Session(one.pk, devices.name_of(one.user_agent), one.ip, one.created_at, one.is_current())
        for one in sorted(own, key=lambda session: session.created_at, reverse=True)
    ]
    return render(request, "accounts/sessions.html", {"sessions": shown})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def show_kept(request: HttpRequest, key: str) -> HttpResponse:
    """What was typed before the sign-in ended; a POST throws it away."""
    form = kept.find(request, key)
    if request.method == "POST":
        kept.forget(request)
        return HttpResponseRedirect("/")
    if form is None:
        raise Http404
    return render(request, "accounts/kept.html", {"kept": form, "typed": _typed(form)})


def _typed(form: kept.KeptForm) -> list[tuple[str, str]]:
    """What the person wrote, as (field's name on the page, text), without what only programs read."""
    steps = form.path.split("/")
    record_type = records.by_plural(steps[2]) if len(steps) > 2 else None
    specs = record_type.specs if record_type else {}
    return [
        (str(specs[name].label) if name in specs else "", text)
        for name, text in form.pairs
        if text.strip() and not name.startswith("_") and name not in UNSAID
        if name not in specs or specs[name].kind not in ("reference", "references")
    ]


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Accept an invitation: with the account one has, or with a new one."""
    company = Company.objects.filter(slug=slug).first()
    if company is None:
        raise Http404
    user = None
    with company_scope(company):
        invitation = _open_invitation(key)
        if invitation is None:
            return render(request, "accounts/join_over.html", status=404)
        page = _join_page(company, invitation)
        if request.method == "GET":
            return render(request, "accounts/join.html", page)
        try:
            user = _accept(request, invitation, bool(page["known"]))
        except Invalid as problem:
            errors = {name: " ".join(found) for name, found in problem.fields.items()}
            page |= {"errors": page["errors"] | errors, "name": request.POST.get("name", "")[:60]}
            return render(request, "accounts/join.html", page, status=422)
        except Problem as problem:
            return render(request, "accounts/join.html", page | {"problems": [("", str(problem))]}, status=409)
    note("invitation_accepted", request, user, company.pk)
    if not request.user.is_authenticated:
        login(request, user, backend=BACKEND)
    return remember_browser(request, HttpResponseRedirect(f"/{company.slug}/"), user)


def _open_invitation(key: str) -> Invitation | None:
    """The invitation of that key, if it is open; its row is locked, so that two clicks cannot both take it."""
    found = (
        Invitation.objects.select_for_update(of=("self",))
        .filter(key_hash=hash_key(key), accepted_at=None, voided_at=None, expires_at__gt=clock.now())
        .first()
    )
    if found is None or not found.member.may_work or found.member.user_id is not None:
        return None
    return found


def _join_page(company: Company, invitation: Invitation) -> dict[str, Any]:
    member: Member = invitation.member
    inviter = invitation.invited_by
    return {
        "company": company,
        "member": member,
        "inviter": inviter.name if inviter else company.name,
        "email": invitation.email,
        "known": User.objects.filter(email__iexact=invitation.email).exists(),
        "name": member.name,
        "errors": {"name": "", "password": ""},
        "problems": [],
    }


def _accept(request: HttpRequest, invitation: Invitation, known: bool) -> User:
    if request.user.is_authenticated:
        user: User = request.user
    elif known:
        raise Invalid({"": [_t("Sign in first.")]})
    else:
        user = make_person(invitation.email, request.POST.get("name", ""), request.POST.get("password", ""))
    members.join(invitation.member, actor=system(), user=user.pk, invitation=invitation.pk)
    return user


def make_person(email: str, name: str, password: str) -> User:
    """A new person who signs in. Raises Invalid for a name or a password that will not do."""
    problems: dict[str, list[Any]] = {}
    try:
        name = clean_text(name, max_length=60)
    except BadText as problem:
        problems["name"] = [str(problem)]
    if not name:
        problems.setdefault("name", [_("Write your name.")])
    try:
        validate_password(password, User(email=email, name=name))
    except ValidationError as error:
        problems["password"] = list(error.messages)
    if problems:
        raise Invalid(problems)
    return User.objects.create_user(email, password, name=name)


@never_cache
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, key: str) -> HttpResponse:
    """Make the first company and its administrator, by the link from the console; once."""
    names = ("company", "slug", "language", "name", "email", "password")
    values = {name: request.POST.get(name, "").strip() for name in names}
    page: dict[str, Any] = {"values": values, "errors": dict.fromkeys(names, ""), "problems": []}
    try:
        with transaction.atomic():
            # The lock lets one of two clicks through; the other finds the link used.
            link = SetupLink.objects.select_for_update().filter(key_hash=hash_key(key), used_at=None).first()
            if link is None or User.objects.exists():
                raise Http404
            if request.method == "GET":
                return render(request, "accounts/setup.html", page)
            user, company = _set_up(values, request.POST.get("password", ""))
            link.used_at = clock.now()
            link.save(update_fields=["used_at"])
    except Invalid as problem:
        page["errors"] |= {name: " ".join(found) for name, found in problem.fields.items()}
        page["problems"] = [("", page["errors"].get("", ""))] if page["errors"].get("") else []
        return render(request, "accounts/setup.html", page, status=422)
    note("set_up", request, user, company.pk)
    login(request, user, backend=BACKEND)
    return remember_browser(request, HttpResponseRedirect(f"/{company.slug}/"), user)


def _set_up(values: dict[str, str], password: str) -> tuple[User, Company]:
    members.check_address(values["email"], _t("Write the e-mail address that you will sign in with."))
    language = values["language"] if values["language"] in ("zh-hans", "en") else "zh-hans"
    user = make_person(values["email"], values["name"], password)
    user.language = language
    user.save(update_fields=["language"])
    try:
        company = create_company(values["company"], values["slug"], language)
    except Invalid as problem:
        raise Invalid(
            {"company" if name == "name" else name: found for name, found in problem.fields.items()}
        ) from None
    add_administrator(company, user)
    return user, company
