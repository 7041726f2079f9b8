"""Photos, their words and their files. Knows no Qt and no model."""
