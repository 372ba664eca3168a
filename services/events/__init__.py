"""events: gatherings, who comes to them, and every door that attendee records come in by."""
