"""What a rolling upgrade is tried with: the code of the release before, its servers, and what clients ask of them."""
