"""What users report about comments, for moderators to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from movies.models.feedback import Comment
from movies.querysets import CommentReportQuerySet
from rest.database.text import not_blank

MAX_REASON = 1_000


class CommentReport(models.Model):
    """One user's report of one comment. It is open until a moderator dismisses it, or it goes with the comment."""

    # The unique constraint below begins with the comment.
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reports", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comment_reports")
    reason = models.TextField(max_length=MAX_REASON, validators=[not_blank])
    created_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = CommentReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "report of a comment"
        verbose_name_plural = "reports of comments"
        constraints = [
            models.UniqueConstraint(fields=["comment", "user"], name="comment_report_once_per_user"),
            models.CheckConstraint(condition=~Q(reason=""), name="comment_report_has_a_reason"),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(dismissed_at__isnull=True), name="comment_report_open")]

    def __str__(self) -> str:
        return f"report {self.pk} of comment {self.comment_id}"
