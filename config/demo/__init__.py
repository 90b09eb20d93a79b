"""The demo catalogue: true facts about well-known films, and a few invented people who like them."""
