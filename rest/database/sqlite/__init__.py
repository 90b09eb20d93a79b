"""Django's SQLite, where whoever wants to write queues up instead of trying again and again."""
