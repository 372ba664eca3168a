"""What registration systems outside say, one adapter a file, each giving canonical attendee records."""
