"""Pages for people, to which the links in mails lead. They do what the API does, by the same services."""
