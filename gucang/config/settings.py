"""Django settings. Everything a person may set comes from `environment`, which knows the names and their meaning."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from gucang.config import environment

ROOT = Path(__file__).resolve().parents[2]

SECRET_KEY = environment.secret("secret_key")
DEBUG = environment.flag("debug")
ALLOWED_HOSTS = environment.words("allowed_hosts")
CSRF_TRUSTED_ORIGINS = environment.words("trusted_origins")
PUBLIC_ORIGIN = environment.text("public_origin")

INSTALLED_APPS = [
    "gucang.insight",
    "gucang.customtypes",
    "gucang.billing",
    "gucang.delivering",
    "gucang.promises",
    "gucang.ordering",
    "gucang.selling",
    "gucang.papers",
    "gucang.documents",
    "gucang.stock",
    "gucang.parties",
    "gucang.court",
    "gucang.conformance",
    "gucang.sops",
    "gucang.processes",
    "gucang.automation",
    "gucang.grid",
    "gucang.approvals",
    "gucang.audits",
    "gucang.bulk",
    "gucang.exchange",
    "gucang.activity",
    "gucang.messages",
    "gucang.views",
    "gucang.customfields",
    "gucang.worktime",
    "gucang.books",
    "gucang.accounts",
    "gucang.surface",
    "gucang.kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "ninja",
]

MIDDLEWARE = [
    "gucang.surface.middleware.health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "gucang.surface.api.middleware.ApiProblems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "gucang.surface.middleware.PreferencesMiddleware",
    "gucang.surface.middleware.CompanyMiddleware",
]

ROOT_URLCONF = "gucang.config.urls"
WSGI_APPLICATION = "gucang.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "gucang.config.jinja2.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "gucang.accounts.people.looks",
            ],
        },
    },
    {
        # Only for the pages that allauth brings and that we have not drawn ourselves.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": environment.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

# Signing in (allauth), begin. Sign-up is closed: people come by invitation.
ACCOUNT_ADAPTER = "gucang.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": "gucang.accounts.forms.ResetPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_ORIGIN.partition(":")[0]
# Per address and per account ("key"); a success takes back its own attempt only. An account opens again in 5 minutes.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key", "reset_password": "10/m/ip,3/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = environment.number("trusted_proxies", default=0)
MFA_ADAPTER = "gucang.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Gucang CRM"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_ORIGIN.startswith("https:")
PASSWORD_RESET_TIMEOUT = 3600
# The counts of attempts must be the same in every web process, hence the database (table in accounts/0002).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempts",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
# Signing in, end.

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = environment.number("session_idle_days") * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_ORIGIN.startswith("https:")
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "gucang.surface.problems.csrf_failed"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese (simplified)")), ("en", _("English"))]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "gucang.surface.static.HashedNames"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 31_536_000
MEDIA_ROOT = environment.data_folder() / "files"

EMAIL_BACKEND = environment.text(
    "email_backend",
    default="django.core.mail.backends.smtp.EmailBackend"
    if environment.text("email_host")
    else "django.core.mail.backends.console.EmailBackend",
)
EMAIL_HOST = environment.text("email_host")
EMAIL_PORT = environment.number("email_port")
EMAIL_HOST_USER = environment.text("email_user")
EMAIL_HOST_PASSWORD = environment.text("email_password")
EMAIL_USE_TLS = environment.flag("email_tls")
DEFAULT_FROM_EMAIL = environment.text("email_from")

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A document of 500 lines, with every field of each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

# Tests listen on this machine; nobody else's webhooks may go there.
WEBHOOK_LOOPBACK = environment.flag("webhook_loopback")

PROCRASTINATE_ON_APP_READY = "gucang.kernel.tasks.schedule"

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

LOGGING = environment.logging()
