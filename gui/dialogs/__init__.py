"""The dialogs of daily life: saved searches, hand-over, own words, duplicates, the library itself."""
