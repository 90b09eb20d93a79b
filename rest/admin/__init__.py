"""Base classes of the admin's pages, for tables with millions of rows that others write to meanwhile."""

from rest.admin.forms import UnchangedForm
from rest.admin.pages import LargeTableAdmin, ReadOnlyAdmin

__all__ = ["LargeTableAdmin", "ReadOnlyAdmin", "UnchangedForm"]
