"""The newsroom: where the office writes, publishes and keeps house."""
