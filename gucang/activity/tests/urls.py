"""The pages of this module and of the bell alone, below a company's address."""

from django.urls import include, path

from gucang.accounts.urls import platform_patterns
from gucang.activity.urls import company_patterns
from gucang.messages.urls import company_patterns as bell_patterns

urlpatterns = [*platform_patterns, path("<slug:company>/", include([*company_patterns, *bell_patterns]))]
