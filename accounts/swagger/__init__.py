"""What the Swagger document says about accounts beyond their views: responses and examples, by action."""

from accounts.swagger.auth import AUTH
from accounts.swagger.dialects import CLASSIC_AUTH, COMMUNITY_AUTH
from accounts.swagger.examples import ACCOUNTS
from accounts.swagger.personal_tokens import PERSONAL_TOKENS
from accounts.swagger.recovery import RECOVERY
from accounts.swagger.second_factor import SECOND_FACTOR
from accounts.swagger.sessions import SESSIONS
from accounts.swagger.users import USERS

__all__ = [
    "ACCOUNTS",
    "AUTH",
    "CLASSIC_AUTH",
    "COMMUNITY_AUTH",
    "PERSONAL_TOKENS",
    "RECOVERY",
    "SECOND_FACTOR",
    "SESSIONS",
    "USERS",
]
