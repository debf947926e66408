"""The printed page and the saved file of an article."""
