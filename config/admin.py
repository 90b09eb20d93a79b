"""What the admin is called."""

from django.contrib import admin

admin.site.site_header = admin.site.site_title = "Marquee"
admin.site.index_title = "Everything that is kept"
