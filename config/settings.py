"""All settings in one file. Everything a deployment changes is an environment variable, and every one has a default.

The table of variables is in README.md; `config/tests/test_settings.py` holds the two together.
"""

import os
import secrets
import tempfile
from contextlib import suppress
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import global_settings

from config import __version__, logs
from config.dialects import TABLE
from rest import private_files
from rest.cors import EVERYBODY, origins
from rest.proxies import as_prefix
from rest.transport import as_public_url

VERSION = __version__
BASE_DIR = Path(__file__).resolve().parent.parent
SHORTEST_METRICS_TOKEN = 16  # characters
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# Where the server keeps what it writes: the SQLite file, covers, the counter's file, the generated secret key.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
# Whether other users of the machine are kept from reading it; off leaves that to the umask of who starts the server.
PRIVATE_FILES = env.bool("PRIVATE_FILES", default=True)
if PRIVATE_FILES:
    private_files.begin()
VAR_DIR.mkdir(parents=True, exist_ok=True)


def generated_secret_key(path: Path) -> str:
    """The key of this installation, made on first use, whole at once, and readable by its owner only."""
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:  # mode 0600
            draft.write(secrets.token_urlsafe(64))
            draft.flush()
            with suppress(FileExistsError):  # another process was first: then its key is the one
                os.link(draft.name, path)
    return path.read_text()


def as_metrics_token(text: str) -> str:
    """Raises ValueError for what could be guessed."""
    if text and (len(text) < SHORTEST_METRICS_TOKEN or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"METRICS_TOKEN has fewer than {SHORTEST_METRICS_TOKEN} characters, or others than ASCII's.")
    return text


SECRET_KEY = env.str("SECRET_KEY", default="") or generated_secret_key(VAR_DIR / "secret_key")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Where people find the server, as the links in mails begin: "https://films.example.com". Never taken from a request.
PUBLIC_URL = env.parse_value(env.str("PUBLIC_URL", default="http://localhost:8000"), as_public_url)
_public = urlsplit(PUBLIC_URL)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if "PUBLIC_URL" in os.environ:
    ALLOWED_HOSTS = [*ALLOWED_HOSTS, f"[{_public.hostname}]" if ":" in _public.hostname else _public.hostname]
    CSRF_TRUSTED_ORIGINS = [*CSRF_TRUSTED_ORIGINS, f"{_public.scheme}://{_public.netloc}"]
# Whose pages browsers let read the API: "https://app.example.com,http://localhost:5173", or "*" for everybody's.
CORS_ALLOWED_ORIGINS = origins(env.list("CORS_ALLOWED_ORIGINS", default=[]))
COMPRESSION = env.bool("COMPRESSION", default=True)  # of what clients read, where they take gzip
# The path that the server lives below, where a proxy in front gives it one and does not say so: "/marquee".
PATH_PREFIX = env.parse_value(env.str("PATH_PREFIX", default=""), as_prefix)
# How many proxies in front may be believed about the client's address, the scheme, the server's name and its path;
# 0 believes nobody's headers.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES < 0:
    raise ValueError(f"TRUSTED_PROXIES={TRUSTED_PROXIES} is no number of proxies")
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

# --- TLS, which a proxy in front speaks ------------------------------------------------------------------------------
# Cookies are `Secure` for whoever comes by HTTPS (rest.transport); where PUBLIC_URL says so, for everybody.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token, and no script reads it
# Without a proxy that is believed nobody comes by HTTPS, and everybody would be redirected for ever.
SECURE_SSL_REDIRECT = _public.scheme == "https" and TRUSTED_PROXIES > 0
SECURE_SSL_HOST = _public.netloc
SECURE_REDIRECT_EXEMPT = [r"^(.+/)?(livez|readyz|metrics)$"]  # whoever asks for these asks the server itself
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 60 * 60)  # on answers to HTTPS
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=False)
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains: what else is below the name only its owner knows, and sets it
    "security.W021",  # HSTS preload: a list in browsers that takes months to leave is nobody else's decision
]

INSTALLED_APPS = [
    "config.admin_app.MarqueeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_yasg",
    "post_office",
    "rest",
    "config",
    "accounts",
    "movies",
    "collections_app",
    "metrics",
]

MIDDLEWARE = [
    "metrics.middleware.RequestCounterMiddleware",  # first: what any other layer answers is counted, too
    "rest.request_ids.RequestIdMiddleware",
    "rest.transport.TransportMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rest.pages.BrowserPolicyMiddleware",
    "rest.middleware.RefusalMiddleware",
    "rest.middleware.BodyLimitMiddleware",
    "rest.middleware.ComeAgainMiddleware",
    "rest.compression.CompressionMiddleware",
    "metrics.limits.RateLimitMiddleware",  # outside of the next: what is answered from what is kept is not counted
    "metrics.idempotency.IdempotencyMiddleware",  # outside of the next: a retry is no longer what If-Match named
    "rest.conditional.ConditionalMiddleware",
    "rest.strict.StrictQueryMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "rest.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

BROWSER_POLICIES = env.bool("BROWSER_POLICIES", default=True)
if not BROWSER_POLICIES:
    MIDDLEWARE.remove("rest.pages.BrowserPolicyMiddleware")
if CORS_ALLOWED_ORIGINS:
    MIDDLEWARE.insert(1, "rest.cors.CORSLayer")  # what any other layer answers may be read, too
CORS_ALLOW_ALL_ORIGINS = CORS_ALLOWED_ORIGINS == [EVERYBODY]
CORS_URLS_REGEX = r"^/(?!(?:accounts|admin)(?:/|$))"  # which have cookies
CORS_ALLOW_HEADERS = ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "x-request-id"]
CORS_EXPOSE_HEADERS = ["Link", "ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-ID"]
CORS_EXPOSE_HEADERS += ["WWW-Authenticate", "Idempotency-Replayed"]

# What the fast path (rest.fast_path) does without, and why. A middleware that is neither here nor an AnswerLayer is an
# error of `manage.py check`.
FAST_PATH_SKIPS = {
    "rest.transport.TransportMiddleware": "Nothing on the fast path sets a cookie or redirects.",
    "metrics.limits.RateLimitMiddleware": "No fast method is limited by a throttle: rest.fast_path.routes.",
    "metrics.idempotency.IdempotencyMiddleware": "What has a key is not plain: rest.fast_path.plain.",
    "rest.middleware.ComeAgainMiddleware": "It answers for pages, which are no viewset's.",
    "rest.middleware.RefusalMiddleware": "What the server refuses is not plain: rest.fast_path.plain.",
    "whitenoise.middleware.WhiteNoiseMiddleware": "It answers for static files, which are no view's addresses.",
    "django.contrib.sessions.middleware.SessionMiddleware": "A caller of the API is who the Authorization header says.",
    "rest.middleware.SlashMiddleware": "What it refuses or redirects is not plain: rest.fast_path.plain.",
    "django.middleware.csrf.CsrfViewMiddleware": "Browsers send no Authorization header by themselves.",
    "django.contrib.auth.middleware.AuthenticationMiddleware": "REST framework's authenticators say who calls.",
    "django.contrib.messages.middleware.MessageMiddleware": "Only the admin has messages.",
}

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'marquee.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
_database = DATABASES["default"]
# A connection for each request would cost ten times what the requests themselves cost.
_database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=600)
_database["CONN_HEALTH_CHECKS"] = True
if _database["ENGINE"].endswith("sqlite3"):
    _database["ENGINE"] = "rest.database.sqlite"
    # FULL waits for the disk with each commit. NORMAL does not: the last commits may be lost when the power fails, and
    # never when only the server does.
    SQLITE_SYNCHRONOUS = env.str("SQLITE_SYNCHRONOUS", default="FULL").upper()
    if SQLITE_SYNCHRONOUS not in ("FULL", "NORMAL"):
        raise ValueError(f"SQLITE_SYNCHRONOUS={SQLITE_SYNCHRONOUS[:20]!r} is neither FULL nor NORMAL.")
    _database["OPTIONS"] = {
        # Readers never wait for the writer; writers queue up for at most `timeout` seconds, and then come again (503).
        "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={SQLITE_SYNCHRONOUS}",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    _database["ENGINE"] = "rest.database.postgresql"
    _database["DISABLE_SERVER_SIDE_CURSORS"] = True  # so that a transaction pooler may sit in between
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# How many seconds a server waits for PostgreSQL to answer a statement, whatever holds it up.
DATABASE_SECONDS = env.float("DATABASE_SECONDS", default=4)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.NameOrAddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.password_strength.StrengthValidator"},
]
# From 0, which any password has, to 4: see accounts/password_strength.py. "password123@" of document 000 has 1.
PASSWORD_MIN_SCORE = env.int("PASSWORD_MIN_SCORE", default=1)
PASSWORD_MIN_SCORE_STAFF = env.int("PASSWORD_MIN_SCORE_STAFF", default=3)
# The first hashes; the others are Django's own, for what they hashed before.
PASSWORD_HASHERS = ["accounts.hashing.GatedPBKDF2PasswordHasher", *global_settings.PASSWORD_HASHERS[1:]]
ACCESS_TOKEN_MINUTES = env.int("ACCESS_TOKEN_MINUTES", default=60)
SESSION_DAYS = env.int("SESSION_DAYS", default=90)  # a login lives this long after its last use
# Whether the rights of staff count only in logins that were opened with a second factor.
REQUIRE_SECOND_FACTOR_FOR_STAFF = env.bool("REQUIRE_SECOND_FACTOR_FOR_STAFF", default=False)
# A login this young does what otherwise needs the current password; 0 asks for it each time.
REAUTHENTICATION_MINUTES = env.int("REAUTHENTICATION_MINUTES", default=10)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    # A refresh token ends with its login, whose row says when. The life in the token itself is only never the shorter.
    "REFRESH_TOKEN_LIFETIME": timedelta(days=max(3650, SESSION_DAYS)),
    "LEEWAY": 60,  # seconds by which the clocks of two hosts may differ
}
# How long the links in mails are good, from the moment when the mail is sent.
CONFIRMATION_HOURS = env.float("CONFIRMATION_HOURS", default=72)
RESET_HOURS = env.float("RESET_HOURS", default=1)

# Whether an empty database is filled with the demo catalogue, and the password of the first admin account (random, and
# shown once, where there is none).
DEMO = env.bool("DEMO", default=True)
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")

# --- REST -----------------------------------------------------------------------------------------------------------
DIALECTS = {dialect.name: dialect for dialect in TABLE}
REST_FRAMEWORK = {
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "ALLOWED_VERSIONS": list(DIALECTS),
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.CredentialAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_PARSER_CLASSES": [
        "rest.parsers.StrictJSONParser",
        "rest.parsers.StrictFormParser",
        "rest.parsers.StrictMultiPartParser",
    ],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "rest.negotiation.Disregarding",
    "DEFAULT_RENDERER_CLASSES": ["rest.renderers.ORJSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest.pagination.EnvelopePagination",
    "DEFAULT_FILTER_BACKENDS": ["rest.filters.ListFilterBackend"],
    "EXCEPTION_HANDLER": "rest.errors.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["metrics.throttling.SharedScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "register": env.str("THROTTLE_REGISTER", default="120/hour"),
        "login": env.str("THROTTLE_LOGIN", default="30/min"),
        "refresh": env.str("THROTTLE_REFRESH", default="600/min"),
        "reset": env.str("THROTTLE_RESET", default="120/min"),
        "password": env.str("THROTTLE_PASSWORD", default="10/min"),
        "recovery": env.str("THROTTLE_RECOVERY", default="30/hour"),
        "mail": env.str("THROTTLE_MAIL", default="5/hour"),
        "key": env.str("THROTTLE_KEY", default="30/min"),
        "create": env.str("THROTTLE_CREATE", default="600/hour"),
        "write": env.str("THROTTLE_WRITE", default="300/min"),
        "export": env.str("THROTTLE_EXPORT", default="10/hour"),
        "report": env.str("THROTTLE_REPORT", default="30/day"),
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
THROTTLING = env.bool("THROTTLING", default=True)  # THROTTLING=off lifts every limit
MAX_BODY_BYTES = env.int("MAX_BODY_BYTES", default=2_500_000)
MAX_COVER_BYTES = env.int("MAX_COVER_BYTES", default=5_000_000)
MAX_COVER_PIXELS = env.int("MAX_COVER_PIXELS", default=40_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# --- Request counter ------------------------------------------------------------------------------------------------
COUNTER_DIR = Path(env.str("COUNTER_DIR", default=str(VAR_DIR)))
# How often each host writes what it counted to the database; other hosts see its requests that much later at most.
COUNTER_WRITE_SECONDS = env.float("COUNTER_WRITE_SECONDS", default=1.0)
COUNTER_RESET_BY_STAFF_ONLY = env.bool("COUNTER_RESET_BY_STAFF_ONLY", default=False)

# --- What costs much -------------------------------------------------------------------------------------------------
GATES_DIR = COUNTER_DIR / "gates"  # one file a place: see rest.gates
THREADS = env.int("THREADS", default=16)  # of each process: how many may wait at a gate goes by it
# Linux says which cores are ours.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
# How many passwords this host hashes at a time, over all its processes; 0 lifts the limit.
PASSWORD_HASHING_PLACES = env.int("PASSWORD_HASHING_PLACES", default=max(1, CORES // 2))
if PASSWORD_HASHING_PLACES < 0:
    raise ValueError(f"PASSWORD_HASHING_PLACES={PASSWORD_HASHING_PLACES} is no number of places")
# How many covers are decoded at a time on a host. The largest takes 700 MB for a moment. 0 lifts the limit.
COVER_DECODING_PLACES = env.int("COVER_DECODING_PLACES", default=1)
# How many seconds a read may take that is not cheap by design; 0 lifts the limit.
READ_SECONDS = env.float("READ_SECONDS", default=2)
# How many threads of a process may be at such reads; as many may wait for it. 0 lifts the limit.
READ_PLACES = env.int("READ_PLACES", default=max(1, THREADS // 4))
# How many seconds of such reads one network has in a minute, over all hosts; 0 lifts the limit.
THROTTLE_READ_SECONDS = env.int("THROTTLE_READ_SECONDS", default=60)
# How many items from either end of a list page numbers reach where no index has its order; 0 lifts the limit.
LIST_DEPTH = env.int("LIST_DEPTH", default=10_000)

# --- Quotas of an account ---------------------------------------------------------------------------------------------
# A person never meets them; staff has none. 0 lifts each.
QUOTA_MOVIES_A_DAY = env.int("QUOTA_MOVIES_A_DAY", default=2000)
QUOTA_COMMENTS_A_DAY = env.int("QUOTA_COMMENTS_A_DAY", default=500)
QUOTA_COVER_BYTES = env.int("QUOTA_COVER_BYTES", default=500_000_000)
QUOTA_COLLECTIONS = env.int("QUOTA_COLLECTIONS", default=1000)
QUOTA_COLLECTION_MOVIES = env.int("QUOTA_COLLECTION_MOVIES", default=2000)  # in each
QUOTA_COLLECTION_BYTES = env.int("QUOTA_COLLECTION_BYTES", default=50_000_000)  # of text in all of them

# --- Mail -----------------------------------------------------------------------------------------------------------
# EMAIL_URL like smtp+tls://user:password@host:587 (smtp+ssl:// for port 465, smtp:// without encryption); without it,
# mail is printed by the worker.
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Marquee <marquee@localhost>")
# What one address gets at once, and in each hour after that; the rest waits in line. 0 lifts the limit.
MAIL_PER_ADDRESS_PER_HOUR = env.int("MAIL_PER_ADDRESS_PER_HOUR", default=20)
# An address nobody has confirmed may be a stranger's: the same at once, and then no more than this.
MAIL_PER_UNCONFIRMED_PER_DAY = max(1, env.int("MAIL_PER_UNCONFIRMED_PER_DAY", default=50))
# Mail about the account itself (an address to confirm, a new password) has a line of its own: five at once, then this.
MAIL_ABOUT_ACCOUNT_PER_DAY = max(1, env.int("MAIL_ABOUT_ACCOUNT_PER_DAY", default=24))
MAIL_KEEP_DAYS = env.int("MAIL_KEEP_DAYS", default=30)  # how long sent mail can be looked up in the admin
POST_OFFICE = {
    "BATCH_SIZE": 50,  # mails over one connection
    "SENDING_ORDER": ["scheduled_time", "id"],
    "MAX_RETRIES": 130,  # of a mail the server refuses: more than five days at these intervals
    "RETRY_INTERVAL": timedelta(hours=1),  # the longest; the first is seconds
    # Made when the mail is queued, so that the second copy of a mail can be recognised. The domain is given, because
    # asking the resolver for one's own name could delay a request.
    "MESSAGE_ID_ENABLED": True,
    "MESSAGE_ID_FQDN": parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost",
}

# --- Files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
SERVE_MEDIA = env.bool("SERVE_MEDIA", default=True)  # off where a web server in front serves MEDIA_ROOT
# Covers are read by that web server's user, too, unless it is said otherwise ("640" for its group alone).
_media_mode = "600" if SERVE_MEDIA and PRIVATE_FILES else "644"
MEDIA_FILE_MODE = env.parse_value(env.str("MEDIA_FILE_MODE", default=_media_mode), private_files.as_file_mode)
FILE_UPLOAD_PERMISSIONS = private_files.FILE_MODE if PRIVATE_FILES else 0o644  # of static files
STORAGES = {
    "default": {
        "BACKEND": "rest.storage.MediaStorage",
        "OPTIONS": {"base_url": MEDIA_URL, "file_permissions_mode": MEDIA_FILE_MODE},
    },
    "staticfiles": {"BACKEND": "rest.storage.PrefixedStaticFilesStorage", "OPTIONS": {"base_url": STATIC_URL}},
}

# --- Backups --------------------------------------------------------------------------------------------------------
BACKUP_DIR = Path(env.str("BACKUP_DIR", default=str(VAR_DIR / "backups"))).resolve()
BACKUP_HOURS = env.float("BACKUP_HOURS", default=24)  # the worker makes one when the newest is older; 0: none by itself
BACKUP_KEEP = env.int("BACKUP_KEEP", default=7)  # the newest whole ones in BACKUP_DIR, whoever has asked for them
if BACKUP_HOURS < 0 or BACKUP_KEEP < 1:
    raise ValueError(f"BACKUP_HOURS={BACKUP_HOURS:g} and BACKUP_KEEP={BACKUP_KEEP}: at least 0, and at least 1")

# --- Swagger --------------------------------------------------------------------------------------------------------
SWAGGER_USE_COMPAT_RENDERERS = False
SWAGGER_SETTINGS = {
    "DEFAULT_AUTO_SCHEMA_CLASS": "rest.swagger.autoschema.AutoSchema",
    "DEFAULT_GENERATOR_CLASS": "rest.swagger.generator.SchemaGenerator",
    "DEFAULT_INFO": "config.openapi.INFO",
    "SECURITY_DEFINITIONS": {
        "Token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The `token` of any login, as `Token <token>`.",
        },
        "Bearer": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "The `access` of any login, as `Bearer <access>`.",
        },
    },
    "USE_SESSION_AUTH": False,
    "PERSIST_AUTH": True,
    "DOC_EXPANSION": "none",
    "DEFAULT_MODEL_RENDERING": "example",
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# --- Browsers --------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Of pages: what they load is ours, and no script or style stands in them. `rest.pages` says what has another policy.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# What Swagger and ReDoc need on top: both make styles in the page, and ReDoc searches in a worker that it makes, too.
SWAGGER_POLICY = {"style-src": [UNSAFE_INLINE]}
REDOC_POLICY = {**SWAGGER_POLICY, "worker-src": ["blob:"]}
MEDIA_POLICY = {"default-src": [NONE], "frame-ancestors": [NONE], "sandbox": ""}
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

# --- What is seen when it happens ------------------------------------------------------------------------------------
LOG_FORMAT = env.parse_value(env.str("LOG_FORMAT", default="") or "line", logs.as_format)
LOGGING = logs.configuration(format=LOG_FORMAT, level=env.str("LOG_LEVEL", default="INFO"))
LOGGING_CONFIG = "config.logs.configure"
ACCESS_LOG = env.bool("ACCESS_LOG", default=True)  # one line a request, on stdout
# How long a statement of a request may take before it is logged; 0 logs none.
SLOW_STATEMENT_SECONDS = env.float("SLOW_STATEMENT_SECONDS", default=0.5)
# Who sends it may read /metrics, which nobody may where there is none.
METRICS_TOKEN = env.parse_value(env.str("METRICS_TOKEN", default=""), as_metrics_token)
METRICS_DIR = COUNTER_DIR / "metrics"  # one file a process: see metrics.cells
