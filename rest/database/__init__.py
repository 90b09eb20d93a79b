"""What the apps ask of the database beyond the ORM: planned statements, and folded text."""
