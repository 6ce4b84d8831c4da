"""Identity: accounts, sign-in and token families. Proofs live in the credentials database alone."""
