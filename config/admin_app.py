"""The admin as an app, in a module of its own: Django imports it before there are models."""

from django.contrib.admin.apps import AdminConfig


class MarqueeAdminConfig(AdminConfig):
    default_site = "config.admin_site.MarqueeAdminSite"
