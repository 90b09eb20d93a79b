"""Mail by way of an outbox: `queue` puts it in, `postman` empties it."""
