from django.db import migrations, models


class Migration(migrations.Migration):
    """The table stays as it is: the model has moved here from the catalogue."""

    dependencies = [
        ("accounts", "0004_fill_skeletons"),
        ("movies", "0002_mail_allowance"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="MailAllowance",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("address_digest", models.CharField(max_length=64, unique=True)),
                        ("used_until", models.DateTimeField(db_index=True)),
                    ],
                    options={"db_table": "movies_mailallowance"},
                ),
            ]
        ),
    ]
