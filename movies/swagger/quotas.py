"""What is said where an account has added or kept as much as it may."""

from rest_framework.exceptions import ErrorDetail

from rest import problems

MOVIES_A_DAY = "An account adds at most 2000 movies a day. Go on in 7 hours."
COMMENTS_A_DAY = "An account adds at most 500 comments a day. Go on in 7 hours."
COVERS = ErrorDetail(
    "An account keeps at most 500.00 MB of covers, and this would make it 500.31 MB. Delete some, or send less.",
    problems.QUOTA_FULL,
)
