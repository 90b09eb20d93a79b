"""The admin as a browser uses it: pages are opened, filled in and sent."""

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models.fields.files import FieldFile
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse


def address(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


class Office:
    """A browser in which `user` has logged in."""

    def __init__(self, user):
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def get(self, url, data=None):
        return self.client.get(url, data)

    def post(self, url, data):
        return self.client.post(url, data)

    def filled(self, url):
        """What a browser would send from the page if nobody touched it."""
        context = self.get(url).context
        forms = [context["adminform"].form]
        for inline in context["inline_admin_formsets"]:
            forms += [inline.formset.management_form, *inline.formset.forms]
        data = {}
        for form in forms:
            for field in form:
                value = field.value()
                if hasattr(field.field.widget, "decompress"):
                    parts = field.field.widget.decompress(value) if not isinstance(value, list) else value
                    data |= {f"{field.html_name}_{number}": part for number, part in enumerate(parts)}
                elif not (value is None or value is False or field.field.disabled or isinstance(value, FieldFile)):
                    data[field.html_name] = field.field.prepare_value(value)
        return {name: value for name, value in data.items() if value is not None}

    def save(self, url, **changes):
        return self.post(url, {**self.filled(url), **changes})

    def add(self, model, **fields):
        return self.save(address(model, "add"), **fields)

    def change(self, row, **fields):
        return self.save(address(type(row), "change", row.pk), **fields)

    def delete(self, row):
        return self.post(address(type(row), "delete", row.pk), {"post": "yes"})

    def act(self, model, action, rows, query="", **fields):
        chosen = {"action": action, ACTION_CHECKBOX_NAME: [getattr(row, "pk", row) for row in rows], **fields}
        return self.post(address(model) + query, chosen)

    def request(self):
        request = RequestFactory().get("/admin/")
        request.user = self.user
        return request


def hidden_fields(content):
    """What the page's question sends when it is answered."""
    import re

    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', content)
    sent = QueryDict(mutable=True)
    for name, value in pairs:
        sent.appendlist(name, value)
    sent.pop("csrfmiddlewaretoken", None)
    return dict(sent.lists())


def registered():
    return dict(admin.site._registry)
