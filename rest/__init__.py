"""The ground of the house: what any REST API needs and no app of this one. Nothing here imports an app or `config`."""
