"""The command line's words: what commands print, and the commands that need no model."""
