"""What is public as JSON, for the systems of other offices; docs/openapi.json describes it."""
