from django.db import migrations


class Migration(migrations.Migration):
    """The table stays as it is: the model has moved to accounts."""

    dependencies = [
        ("movies", "0014_genre_aliases"),
        ("accounts", "0005_mail_allowance"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="MailAllowance")]),
    ]
