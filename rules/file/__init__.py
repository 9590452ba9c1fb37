"""protocol.yaml read, held to its form, and compared with another version of it."""
