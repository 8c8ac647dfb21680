"""The clock's door: APScheduler ticks, and the calendar decides."""
