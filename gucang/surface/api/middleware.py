"""The last word on every answer below /<company>/api/: whatever failed before or around a view is problem+json too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import translation

from gucang.surface.api.problems import MEDIA_TYPE, problem

_API = re.compile(r"^/[^/]+/api(/|$)")
_DOCS = re.compile(r"^/[^/]+/api/v1/docs$")
KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "X-Request-ID")


class ApiProblems:
    """Turn an error page (no such address, no such company, no database) into a problem, for programs to read.

    A redirect to the sign-in page becomes 401: a program cannot sign in there. A person who opens the docs page can.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 401 and _DOCS.match(request.path_info):
            return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.path})}")
        if not _API.match(request.path_info) or _is_ours(response):
            return response
        with translation.override(response.headers.get("Content-Language", settings.LANGUAGE_CODE)):
            return self._for_programs(request, response)

    def _for_programs(self, request: Any, response: HttpResponseBase) -> HttpResponseBase:
        if 300 <= response.status_code < 400:
            return problem(request, 401, headers={"WWW-Authenticate": "Bearer"})
        if response.status_code < 400:
            return response
        headers = {name: response.headers[name] for name in KEPT if name in response.headers}
        if response.status_code == 401:
            headers.setdefault("WWW-Authenticate", "Bearer")
        return problem(request, response.status_code, headers=headers)


def _is_ours(response: HttpResponseBase) -> bool:
    return response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
