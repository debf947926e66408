"""Importers and exporters: one file per format, each over the one way articles are saved."""
