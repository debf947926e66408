"""Text without Flask: Vietnamese writing, and HTML that came from people."""
