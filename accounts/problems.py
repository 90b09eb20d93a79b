"""The kinds of problem that only accounts have."""

from rest.problems import register

INVALID_CREDENTIALS = register(
    "invalid_credentials",
    401,
    title="Name and password do not fit",
    meaning="No account has this name or address together with this password. Which of them is wrong is not told.",
    advice="Look at both. After several failures the address that they came from has to pause: see `Retry-After`.",
)
SECOND_FACTOR_REQUIRED = register(
    "second_factor_required",
    401,
    title="A code is needed, too",
    meaning="The password is right, and the account has a second factor.",
    advice="Ask for a code of the app, or a recovery code, and log in again with it as `otp`.",
)
SECOND_FACTOR_INVALID = register(
    "second_factor_invalid",
    401,
    title="The code does not count",
    meaning="The password is right; the code is wrong, or has been used already.",
    advice="Wait for the next code of the app.",
)
SECOND_FACTOR_ON = register(
    "second_factor_on",
    409,
    title="The second factor is on already",
    meaning="What was asked for is done while the second factor is off.",
    advice="Turn it off first, where another app is to show the codes.",
)
SECOND_FACTOR_OFF = register(
    "second_factor_off",
    409,
    title="The second factor is off",
    meaning="What was asked for needs a second factor, or one that has begun to be turned on.",
    advice="Begin to turn it on.",
)
TOO_MANY_TOKENS = register(
    "too_many_tokens",
    409,
    title="The account has as many tokens as it may",
    meaning="An account has a bounded number of personal access tokens; none was made.",
    advice="End one that is no longer needed.",
)
