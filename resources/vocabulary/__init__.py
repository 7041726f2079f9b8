"""The words of Altfolio: a curated list for people, and what the program loads, built from it."""
