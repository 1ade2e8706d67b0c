"""Addresses: `platform_patterns` stand outside any company, `company_patterns` below a company's address.

Mount `company_patterns` before the generic pages: "members/<id>/invite" is one of them.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from gucang.accounts.screens import company, doors, feeds, jobs, letterhead, looking, me, roles

platform_patterns: list[URLPattern | URLResolver] = [
    path("", doors.home, name="home"),
    path("welcome/", doors.welcome, name="welcome"),
    path("companies/", doors.choose, name="companies"),
    path("setup/<str:key>/", doors.setup, name="setup"),
    path("join/<slug:slug>/<str:key>/", doors.join, name="join"),
    path("accounts/looks/", doors.change_looks, name="looks"),
    path("accounts/second-step/", doors.show_second_step, name="second-step"),
    path("accounts/kept/<str:key>/", doors.show_kept, name="kept"),
    # Before allauth's own page, which can end only all other sessions at once.
    path("accounts/sessions/", doors.sessions),
    path("accounts/", include("allauth.urls")),
]

company_patterns: list[URLPattern | URLResolver] = [
    path("me", me.page, name="me"),
    path("me/looks", doors.change_looks, name="my-looks"),
    path("me/tokens/new", me.new_token, name="new-token"),
    path("me/tokens/<int:pk>/revoke", me.revoke_token, name="revoke-token"),
    path("me/calendar", feeds.page, name="my-feeds"),
    path("calendar/feed/<str:key>.ics", feeds.feed, name="feed"),
    path("settings", company.settings, name="company-settings"),
    path("settings/letterhead", letterhead.show, name="company-letterhead"),
    path("settings/letterhead/logo", letterhead.show_logo, name="company-logo"),
    path("jobs", jobs.page, name="jobs"),
    path("jobs/<int:job>/<str:verb>", jobs.act, name="job-act"),
    # In the place of the generic dialogs: a matrix, the roles one has already ticked, a link shown once.
    path("roles/new", roles.new, name="new-role"),
    path("roles/compare", roles.compare, name="compare-roles"),
    path("roles/<int:pk>/set_rights", roles.rights, name="role-rights"),
    path("roles/<int:pk>/means", roles.say, name="role-means"),
    path("roles/<int:pk>/copy", roles.copy, name="copy-role"),
    path("members/<int:pk>/set_roles", company.member_roles, name="member-roles"),
    path("members/<int:pk>/invite", company.invitation, name="invitation"),
    path("look", looking.choose, name="look"),
    path("look/stop", looking.stop, name="stop-looking"),
    path("look/<str:who>/<slug:plural>/", looking.listed, name="look-list"),
    path("look/<str:who>/<slug:plural>/filters", looking.filters, name="look-filters"),
    path("look/<str:who>/<slug:plural>/<int:pk>", looking.record, name="look-record"),
    path("look/<str:who>/<slug:plural>/<int:pk>/timeline", looking.timeline, name="look-timeline"),
    path("look/<str:who>/<path:rest>", looking.nothing, name="look-nothing"),
    path("look/<str:who>/", looking.nothing, name="look-start"),
]
