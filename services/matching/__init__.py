"""Programs, matching, requests and mentorships."""
