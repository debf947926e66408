"""The archive by year, month and day, with the calendar."""
