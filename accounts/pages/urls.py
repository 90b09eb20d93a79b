"""Below `/accounts/`. What `/account/` has is another matter: a dialect's."""

from django.urls import path

from accounts.pages import views

app_name = "accounts"
urlpatterns = [
    path("confirm/", views.ConfirmPage.as_view(), name="confirm"),
    path("password-reset/", views.AskResetPage.as_view(), name="password-reset"),
    path("password-reset/confirm/", views.ResetPage.as_view(), name="password-reset-confirm"),
]
