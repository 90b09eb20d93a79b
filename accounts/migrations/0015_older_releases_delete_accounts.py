"""Lets release 0.1.0, which does not know these tables, delete accounts while it serves beside this one.

The kept answers of metrics are among them: accounts know metrics, and metrics know no account.
"""

from django.db import migrations

from rest.database.cascades import go_with


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_mailed_keys"), ("metrics", "0003_answers_kept_for_retries")]

    operations = [
        go_with("accounts_accountmail", "user_id"),
        go_with("accounts_personaltoken", "user_id"),
        go_with("accounts_secondfactor", "user_id"),
        go_with("accounts_recoverycode", "user_id"),
        go_with("metrics_keptanswer", "user_id"),
    ]
