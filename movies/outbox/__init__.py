"""Mail about movies, by way of an outbox: `mail` puts it in, `postman` empties it."""
