from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "gucang.kernel"
    verbose_name = _("Kernel")

    def ready(self) -> None:
        """Load every module's declarations, then let the checks look at them as a whole."""
        from django.core import checks
        from django.utils.module_loading import autodiscover_modules

        from gucang.kernel import checks as own_checks
        from gucang.kernel import lookups, moments
        from gucang.kernel.custom import work  # noqa: F401  its job, and what is kept with own fields

        moments.use_everywhere()
        lookups.use_everywhere()
        autodiscover_modules("actions", "records", "reactions", "jobs")
        autodiscover_modules("audit_rules")  # some are about every type that is known by then
        checks.register(own_checks.check_models, checks.Tags.models)
        checks.register(own_checks.check_record_types, checks.Tags.models)
        checks.register(own_checks.check_database_role, checks.Tags.database)
